using Raft.Consensus;

namespace Raft.Tests.Node;

/// <summary>The module of a <see cref="PartsLab"/>, with the test in the place of its disk and of the other members.</summary>
internal sealed class LedModule(PartsLab lab)
{
    private readonly List<ReadIndexGrant> _grants = [];

    /// <summary>Whether writes become durable.</summary>
    public bool Persists { get; set; } = true;

    /// <summary>Whether the others answer.</summary>
    public bool AreOthersAnswering { get; set; } = true;

    /// <summary>The applied index that n2 and n3 report.</summary>
    public long AppliedByOthers { get; set; }

    /// <summary>How far the clock of a member is ahead of this node's.</summary>
    public Func<NodeId, TimeSpan> ClockOf { get; set; } = static _ => TimeSpan.Zero;

    private ConsensusModule Module => lab.Context.Module;

    /// <summary>Starts it, and lets it win an election.</summary>
    public LedModule Lead()
    {
        Module.Start(lab.Context.Now);
        for (int tries = 0; tries < 5 && Module.Role != RaftRole.Leader; tries++)
        {
            lab.Advance(Module.NextDeadline!.Value - lab.Context.Now);
            Pass();
        }

        Assert.Equal(RaftRole.Leader, Module.Role);
        return this;
    }

    /// <summary>Appends an entry, which is sent at once.</summary>
    public long Propose()
    {
        Module.Propose(new byte[] { 1 }, lab.Clock.UtcNow, out long index);
        Complete();
        return index;
    }

    /// <summary>Lets time pass, with heartbeats.</summary>
    public void Advance(TimeSpan duration)
    {
        TimeSpan step = lab.Settings.Consensus.HeartbeatInterval;
        for (TimeSpan left = duration; left > TimeSpan.Zero; left -= step)
        {
            lab.Advance(left < step ? left : step);
            Pass();
        }
    }

    /// <summary>Gives the module the time, and carries out what follows.</summary>
    public void Pass()
    {
        Module.UtcNow = lab.Clock.UtcNow;
        Module.AdvanceTime(lab.Context.Now);
        Complete();
    }

    /// <summary>Ends a batch, and carries out what follows.</summary>
    public void Complete()
    {
        bool hasMore = true;
        while (hasMore)
        {
            Module.CompleteBatch();
            PersistRequest[] writes = [.. Module.Outputs.Writes];
            OutgoingMessage[] messages = [.. Module.Outputs.Messages];
            _grants.AddRange(Module.Outputs.ReadGrants);
            Module.Outputs.Clear();
            foreach (PersistRequest write in writes.Where(_ => Persists))
            {
                Module.Persisted(write.Version, lab.Context.Now);
            }

            RaftMessage[] replies = [.. messages.Select(each => Answer(each.Message)).OfType<RaftMessage>()];
            Array.ForEach(replies, reply => Module.Receive(reply, lab.Context.Now));
            hasMore = (writes.Length > 0 && Persists) || replies.Length > 0;
        }
    }

    /// <summary>The read indices that were granted since the last call.</summary>
    public ReadIndexGrant[] TakeGrants()
    {
        ReadIndexGrant[] grants = [.. _grants];
        _grants.Clear();
        return grants;
    }

    private long TicksOf(NodeId member) => (lab.Clock.UtcNow + ClockOf(member)).UtcTicks;

    private RaftMessage? Answer(RaftMessage message) => !AreOthersAnswering ? null : message switch
    {
        RequestVoteMessage request => new RequestVoteReplyMessage
        {
            From = request.To,
            To = request.From,
            Origin = request.Origin,
            SentAtTicks = TicksOf(request.To),
            Term = request.Term,
            Correlation = request.Correlation,
            VoteGranted = true,
            IsPreVote = request.IsPreVote,
        },
        AppendEntriesMessage append => new AppendEntriesReplyMessage
        {
            From = append.To,
            To = append.From,
            Origin = append.Origin,
            SentAtTicks = TicksOf(append.To),
            Term = append.Term,
            Correlation = append.Correlation,
            Success = true,
            PrevLogIndex = append.PrevLogIndex,
            LastIndex = append.LastIndex,
            AppliedIndex = AppliedByOthers,
        },
        _ => null,
    };
}
