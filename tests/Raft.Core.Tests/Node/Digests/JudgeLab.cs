namespace Raft.Tests.Node.Digests;

/// <summary>The judge of leader n1 alone. All have the digest 7, unless a test says otherwise.</summary>
internal sealed class JudgeLab
{
    public const ulong Right = 7;
    public const ulong Wrong = 8;

    private readonly DigestHistory _history = new();
    private readonly List<Answer> _answers = [];

    public JudgeLab(int voters = 3)
    {
        Configuration = Voters([.. Enumerable.Range(1, voters).Select(static number => $"n{number}")]);
        Judge = new DigestJudge("n1", _history, Patience)
        {
            Differs = (divergence, own) => Reported.Add((divergence, own)),
            Ends = (_, reason) => Ended.Add(reason),
            Answers = (member, received) => _answers.Add(
                new Answer(member.Node.Value, member.Run, received, member.AgreedIndex, member.Difference)),
        };
        Judge.Begin(agreedIndex: 0, known: null);
    }

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(3);

    public DigestJudge Judge { get; }

    public ClusterConfiguration Configuration { get; set; }

    public TimeSpan Now { get; set; }

    /// <summary>The differences that were reported: as a whole, and as they concern n1.</summary>
    public List<(StateDivergence Divergence, StateDivergence? Own)> Reported { get; } = [];

    /// <summary>Why differences have ended.</summary>
    public List<string> Ended { get; } = [];

    /// <summary>The ranges of the differences that were reported.</summary>
    public (long Agreed, long Differing)[] Ranges =>
        [.. Reported.Select(static each => (each.Divergence.AgreedIndex, each.Divergence.DifferingIndex))];

    public static ClusterConfiguration Voters(params string[] ids) => new(ids.Select(static id => new RaftMember(id)));

    /// <summary>All answers to a member.</summary>
    public Answer[] AnswersTo(string node) => [.. _answers.Where(each => each.Node == node)];

    /// <summary>The last answer to a member.</summary>
    public Answer AnswerTo(string node) => _answers.Last(each => each.Node == node);

    /// <summary>The leader has its own digests.</summary>
    public void Own(params long[] indexes)
    {
        foreach (long index in indexes)
        {
            _history.Add(new IndexedDigest(index, Right));
            Judge.OnOwn(index);
        }

        Compare();
    }

    /// <summary>A member reports the right digests.</summary>
    public void Agree(string node, params long[] indexes) => ReportAll(node, run: 1, Right, indexes);

    /// <summary>A member reports wrong digests.</summary>
    public void Differ(string node, params long[] indexes) => ReportAll(node, run: 1, Wrong, indexes);

    public void ReportAll(string node, long run, ulong digest, params long[] indexes) =>
        Report(node, run, [.. indexes.Select(index => new IndexedDigest(index, digest))]);

    public void Report(string node, long run, params IndexedDigest[] digests)
    {
        StoreIdentity store = new(new Guid(node[1], 0, 0, new byte[8]), Opening: run);
        Judge.OnReport(
            new StateDigestMessage
            {
                From = node,
                To = "n1",
                Term = 1,
                Correlation = run,
                Origin = new MessageOrigin("raft", Identity: null, store),
                Digests = digests,
            },
            lastIndex: 1_000_000);
        Compare();
    }

    public void Compare() => Judge.Compare(Configuration, Now);

    public sealed record Answer(string Node, long Run, long ReceivedIndex, long AgreedIndex, StateDivergence? Divergence);
}
