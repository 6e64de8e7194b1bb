namespace Raft.Consensus.Tests.Support;

/// <summary>The module n1 alone; the test plays the other nodes, one message at a time.</summary>
internal sealed class SingleModule
{
    private readonly List<RaftMessage> _sent = [];

    /// <summary>Starts n1 from a disk with this term, vote and log.</summary>
    public SingleModule(int voters = 3, Settings? settings = null, long term = 0, NodeId? votedFor = null, long[]? log = null)
    {
        TestDisk disk = new();
        disk.Preset(new HardState(term, votedFor), Make.Entries(log ?? []));
        Node = new TestNode((settings ?? Settings.Plain).For("n1", Settings.Ids(voters)), Clock, disk, _sent.Add);
    }

    /// <summary>Starts n1 with options, from a disk.</summary>
    public SingleModule(ConsensusOptions options, TestDisk disk)
    {
        Node = new TestNode(options, Clock, disk, _sent.Add);
    }

    public TestClock Clock { get; } = new();

    public TestNode Node { get; }

    public TestDisk Disk => Node.Disk;

    public ConsensusModule Module => Node.Module;

    /// <summary>A follower of n2 in this term.</summary>
    public static SingleModule Follower(long term, params long[] log) => new(term: term, log: log);

    /// <summary>A leader whose followers have not answered yet; what it sent so far is forgotten.</summary>
    public static SingleModule Leader(int voters = 3, Settings? settings = null, long term = 0, long[]? log = null)
    {
        SingleModule module = new(voters, settings, term, log: log);
        module.Lead();
        module.TakeSent();
        return module;
    }

    /// <summary>Delivers a message and takes what n1 sends in consequence.</summary>
    public RaftMessage[] Deliver(RaftMessage message)
    {
        TakeSent();
        Node.Receive(message);
        return TakeSent();
    }

    /// <summary>Gives n1 several inputs in one batch, and takes what it sends in consequence.</summary>
    public RaftMessage[] InOneBatch(params Action[] inputs)
    {
        TakeSent();
        Node.InOneBatch(inputs);
        return TakeSent();
    }

    /// <summary>Delivers several messages in one batch, and takes what n1 sends in consequence.</summary>
    public RaftMessage[] DeliverTogether(params RaftMessage[] messages) =>
        InOneBatch([.. messages.Select(message => (Action)(() => Node.Receive(message)))]);

    /// <summary>Delivers a request, and takes its one reply.</summary>
    public AppendEntriesReplyMessage Deliver(AppendEntriesMessage request) =>
        Assert.Single(Deliver((RaftMessage)request).OfType<AppendEntriesReplyMessage>());

    /// <summary>Delivers a request, and takes its one reply.</summary>
    public RequestVoteReplyMessage Deliver(RequestVoteMessage request) =>
        Assert.Single(Deliver((RaftMessage)request).OfType<RequestVoteReplyMessage>());

    /// <summary>Delivers a chunk of a snapshot, which is stored at once, and takes its one reply.</summary>
    public InstallSnapshotReplyMessage Deliver(InstallSnapshotMessage request) =>
        Assert.Single(Deliver((RaftMessage)request).OfType<InstallSnapshotReplyMessage>());

    /// <summary>What n1 wanted to be reported since it was last asked.</summary>
    public object[] TakeNotices()
    {
        object[] notices = [.. Node.Notices];
        Node.Notices.Clear();
        return notices;
    }

    /// <summary>What n1 sent since it was last asked.</summary>
    public RaftMessage[] TakeSent()
    {
        RaftMessage[] sent = [.. _sent];
        _sent.Clear();
        return sent;
    }

    public T[] TakeSent<T>()
        where T : RaftMessage => [.. TakeSent().OfType<T>()];

    /// <summary>The election timeout passes.</summary>
    /// <returns>The vote requests that n1 sends.</returns>
    public RequestVoteMessage[] TimeOut()
    {
        Assert.NotEqual(RaftRole.Leader, Module.Role);
        TakeSent();
        Node.AdvanceToDeadline();
        return TakeSent<RequestVoteMessage>();
    }

    /// <summary>Times out, through the pre-vote if there is one.</summary>
    /// <returns>The requests for real votes.</returns>
    public RequestVoteMessage[] Campaign()
    {
        RequestVoteMessage[] requests = TimeOut();
        return Module.Role == RaftRole.PreCandidate ? GrantUntil(RaftRole.Candidate, requests) : requests;
    }

    /// <summary>Campaigns and receives all votes that it needs.</summary>
    public void Lead()
    {
        RequestVoteMessage[] requests = Campaign();
        if (Module.Role != RaftRole.Leader)
        {
            GrantUntil(RaftRole.Leader, requests);
        }
    }

    /// <summary>Time passes, and n1 gets the time at each of its deadlines and at the end.</summary>
    public RaftMessage[] Pass(TimeSpan duration)
    {
        TakeSent();
        TimeSpan end = Clock.Now + duration;
        while (Module.NextDeadline <= end)
        {
            Node.AdvanceToDeadline();
        }

        Clock.AdvanceTo(end);
        Node.AdvanceTime();
        return TakeSent();
    }

    /// <summary>Time passes all at once, as for a process that was paused.</summary>
    public RaftMessage[] Jump(TimeSpan duration)
    {
        TakeSent();
        Clock.Advance(duration);
        Node.AdvanceTime();
        return TakeSent();
    }

    private RequestVoteMessage[] GrantUntil(RaftRole role, RequestVoteMessage[] requests)
    {
        foreach (RequestVoteMessage request in requests)
        {
            if (Module.Role == role)
            {
                break;
            }

            Node.Receive(Make.Vote(request, granted: true));
        }

        Assert.Equal(role, Module.Role);
        RequestVoteMessage[] next = [.. _sent.OfType<RequestVoteMessage>()];
        _sent.RemoveAll(message => message is RequestVoteMessage);
        return next;
    }
}
