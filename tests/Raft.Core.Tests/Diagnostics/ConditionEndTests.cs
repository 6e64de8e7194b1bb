namespace Raft.Tests.Node;

/// <summary>
/// What other nodes do wrong for a while is logged when it begins, once a minute while it lasts, and when it was quiet for long enough,
/// even if nothing else wakes the node by then.
/// </summary>
public sealed class ConditionEndTests : IDisposable
{
    private readonly Lab _lab = new();
    private readonly RecordingLoggerFactory _logged = new();

    public ConditionEndTests() => _lab.Loggers = _logged;

    public void Dispose() => _logged.Dispose();

    [Theory]
    [InlineData(130, "foreign", 1, "takes all messages again")]
    [InlineData(130, "nonsense", 3, "takes all messages again")]
    [InlineData(150, "identity", 1, "no longer receives messages of stranger, which was set up differently")]
    [InlineData(150, "identity", 3, "no longer receives messages of stranger, which was set up differently")]
    [InlineData(157, "leader", 3, "no longer sees that n2 leads a term that this node leads as well")]
    [InlineData(158, "unlisted", 1, "no longer sees that stranger sends messages")]
    [InlineData(158, "unlisted", 3, "no longer sees that stranger sends messages")]
    [InlineData(158, "notlisted", 3, "no longer sees that n2 does not list this node")]
    public void Condition_OfMessages_IsLoggedFromItsBeginningToItsEnd(int id, string messages, int members, string end)
    {
        using FakePeers peers = new(_lab, members == 1 ? [] : ["n2", "n3"]);
        Stranger stranger = new(_lab);
        LabNode node = _lab.Node("n1", members, transport: _lab.World.Network.CreateTransport()).Lead();

        for (int sent = 0; sent < 40; sent++)
        {
            Send(messages, node, stranger, peers, members);
            _lab.World.RunFor(TimeSpan.FromSeconds(5));
        }

        int reports = _logged.Of(id).Length;
        Assert.InRange(reports, 3, 4); // in 200 seconds
        Assert.Empty(_logged.Of(164));

        _lab.World.RunFor(TimeSpan.FromMinutes(3));

        Assert.InRange(_logged.Of(id).Length, reports, reports + 1); // what came after the last report, when its minute was over
        Assert.Single(_logged.Of(164), over => over.Message.StartsWith($"Node n1 {end}", StringComparison.Ordinal));
        string problem = end.Replace("no longer sees that ", string.Empty, StringComparison.Ordinal);
        Assert.DoesNotContain(node.Status.SetupProblems, each => each.StartsWith(problem, StringComparison.Ordinal));
    }

    /// <summary>A leader of a later version that leaves: its entry is no longer in the way.</summary>
    [Fact]
    public void UnsupportedEntry_ThatIsNoLongerSent_IsReportedAsOver()
    {
        using FakePeers peers = new(_lab, "n2", "n3");
        LabNode node = _lab.Node("n1", members: 3);
        node.Run();
        _lab.World.RunUntilIdle();
        byte[] required = [.. ConfigurationEncoding.Encode(new ClusterConfiguration(["n1", "n2", "n3"])), 0x01, 0x80, 0, 0, 0, 0];
        for (int i = 0; i < 140; i++)
        {
            LogEntry entry = new(1_000, EntryKind.Configuration, required, default);
            peers.Send("n2", Append(term: 1_000) with { Entries = new[] { entry } });
            peers.Send("n2", Append(term: 1_000));
            _lab.World.RunFor(TimeSpan.FromMilliseconds(500));
        }

        Assert.Equal(2, _logged.Of(155).Length);
        Assert.Empty(_logged.Of(164));
        _lab.World.RunFor(TimeSpan.FromMinutes(3));

        Assert.Equal(3, _logged.Of(155).Length); // what came after the second report, when its minute was over
        Assert.Single(_logged.Of(164), static over => over.Message.Contains("no longer sent entry 1 by n2", StringComparison.Ordinal));
    }

    private static AppendEntriesMessage Append(long term) => new()
    {
        From = "n2",
        To = "n1",
        Origin = Origins.Of(),
        Term = term,
        PrevLogIndex = 0,
        PrevLogTerm = 0,
        Entries = default,
        LeaderCommit = 0,
    };

    private static void Send(string what, LabNode node, Stranger stranger, FakePeers peers, int members)
    {
        switch (what)
        {
            case "foreign":
                stranger.SendForeign("n1");
                break;
            case "nonsense":
                stranger.SendNonsense("n1");
                break;
            case "identity":
                stranger.SendOfAnotherIdentity("n1");
                break;
            case "leader":
                peers.Send("n2", Append(node.Status.Term));
                break;
            case "unlisted":
                stranger.SendUnlisted("n1", members);
                break;
            default:
                peers.Send("n2", new SetupReplyMessage { From = "n2", To = "n1", Origin = Origins.Of(), Term = node.Status.Term });
                break;
        }
    }
}
