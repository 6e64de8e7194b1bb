using System.Globalization;

namespace Raft.Testing;

/// <summary>
/// A whole cluster in one simulated world, with the operations that a script needs whatever the state machine is: elect n1, cut it off
/// from n3, crash n2, settle. Nodes are called n1, n2 and so on. Each has a simulated disk and election timeouts of 150 to 300 ms.
/// <see cref="SimulatedCluster{TMachine}"/> has state machines of your own, and <see cref="SimulatedCluster"/> has logs of strings.
/// </summary>
/// <remarks>
/// After every step it checks that no term has two leaders, that all nodes give the same answers to the same commands in the same order,
/// that each acknowledged command is at the index that the answer gave, and that no node failed unexpectedly. Any thread may use it, in
/// tests of any framework, synchronous or not; but one thread at a time.
/// </remarks>
public abstract partial class SimulatedClusterBase
{
    private const int EventsOfAFailure = 5_000; // kept for its trace

    private readonly SortedDictionary<NodeId, SimulatedNode> _nodes = [];
    private readonly SimulatedNode[] _inOrder; // the same nodes, for what is done after every step
    private readonly List<SimulatedProposal> _pending = [];
    private readonly List<SimulatedProposal> _refused = [];
    private readonly OfferedCommands _offers = new();
    private readonly ClusterRules _rules;
    private readonly Action<RaftNodeOptions>? _configure;
    private readonly SnapshotsAgree _snapshots;
    private string? _broken;
    private readonly LogAgreement _agreement;

    private protected SimulatedClusterBase(
        int nodes,
        ulong seed,
        Action<RaftNodeOptions>? configure,
        Func<SimulatedWorld, NodeId, SimulatedStorage>? storage,
        Func<SimulatedWorld, SimulatedTransports>? transports,
        bool keepsEvents = true,
        MemberRoles roles = MemberRoles.AllVote)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(nodes, 1);
        World = new SimulatedWorld(seed);
        using HomeThread.Visit visit = World.Enter();
        if (keepsEvents)
        {
            World.Trace.KeepEvents(EventsOfAFailure);
        }

        _configure = configure;
        Transports = transports?.Invoke(World);
        _agreement = new LogAgreement(broken => _broken ??= broken);
        NodeId[] ids = [.. Enumerable.Range(1, nodes)
            .Select(static number => new NodeId(string.Create(CultureInfo.InvariantCulture, $"n{number}")))];
        NodeIds = ids;
        Strangers = new Strangers(this, NewOptions);
        Roles = ClusterRoles.Of(roles, ids);
        foreach (NodeId id in ids)
        {
            _nodes.Add(id, new SimulatedNode(id, World, _agreement, NewOptions, storage?.Invoke(World, id), Transports));
        }

        _inOrder = [.. _nodes.Values];
        _rules = new ClusterRules(_inOrder, Roles, () => World.Clock.Now, broken => _broken ??= broken);
        _snapshots = new SnapshotsAgree(_rules.Committed);
        foreach (SimulatedNode node in _nodes.Values)
        {
            node.StoreLost = () => _rules.OnStoreLost(node);
            node.StoreEvents.Writing = write => _rules.OnWriting(node, write);
            node.StoreEvents.Compacting = throughIndex => _rules.OnCompacting(node, throughIndex);
            node.StoreEvents.HashOfSnapshot = _rules.Committed.HashOfSnapshot;
            node.StoreEvents.SnapshotCommitted = (snapshot, content) =>
                _broken ??= _snapshots.OnCommitted(node.Id, in snapshot, content.Span);
            node.StoreEvents.Lost = what => _broken ??= $"A store keeps what it acknowledged is broken: {node.Id}: {what}";
        }

        if (Transports is not null)
        {
            Transports.Broken = broken => _broken ??= broken;
            Network.LinksChanged = Transports.OnLinksChanged;
            Network.Healed = Transports.OnHealed;
            Network.CarriesElsewhere = () => Transports.IsCarrying;
        }

        Network.MessageSent += OnSent;
        Network.MessageDelivered += OnDelivered;
        World.StepCompleted += CheckStep;
        World.Quiet += CheckQuiet;
        World.Describing += Describe;
    }

    /// <summary>Gets the simulated world of the cluster.</summary>
    public SimulatedWorld World { get; }

    /// <summary>Gets the network that connects the nodes, with which a script cuts links and loses or delays messages.</summary>
    public SimulatedNetwork Network => World.Network;

    /// <summary>What connects the nodes; null for the messages of <see cref="Network"/>.</summary>
    internal SimulatedTransports? Transports { get; }

    /// <summary>Gets the ids of all nodes, in order.</summary>
    public IReadOnlyList<NodeId> NodeIds { get; }

    /// <summary>Who votes.</summary>
    internal ClusterRoles Roles { get; }

    /// <summary>The nodes of other clusters that send to this one.</summary>
    internal Strangers Strangers { get; }

    /// <summary>What the cluster has committed.</summary>
    internal CommittedLog Committed => _rules.Committed;

    /// <summary>Gets all nodes, in order.</summary>
    public IEnumerable<SimulatedNode> Nodes => _nodes.Values;

    /// <summary>Gets the running leader; if several nodes are leaders, the one with the highest term. Null if there is none.</summary>
    public NodeId? Leader
    {
        get
        {
            SimulatedNode? leader = null;
            foreach (SimulatedNode node in _nodes.Values)
            {
                if (node.IsRunning && node.Raft.PublishedStatus.Role == RaftRole.Leader
                    && (leader is null || node.Raft.PublishedStatus.Term > leader.Raft.PublishedStatus.Term))
                {
                    leader = node;
                }
            }

            return leader?.Id;
        }
    }

    /// <summary>Gets the number of terms in which a leader sent a message.</summary>
    public int Elections => _rules.Elections;

    /// <summary>Gets the number of snapshots, taken or received, that became durable.</summary>
    public int Snapshots => _snapshots.Count;

    /// <summary>
    /// Gets how often a state machine was restored from a snapshot: when its node started, or when the leader sent one.
    /// </summary>
    public int Restorations => _inOrder.Sum(static node => node.Restorations);

    /// <summary>Gets the number of messages of other clusters that were sent to nodes of this one.</summary>
    internal int Intrusions { get; private set; }

    /// <summary>Gets how many members have joined at their first start.</summary>
    internal int Joins { get; private set; }

    /// <summary>Gets how often a node has reported that a member has other options.</summary>
    internal int DifferencesReported => _rules.DifferencesReported;

    /// <summary>Gets how many stores were lost.</summary>
    internal int LostStores => _inOrder.Sum(static node => node.LostStores);

    /// <summary>How many commands any node has applied so far.</summary>
    internal int Applied => Results?.Count ?? AgreedTexts.Count;

    /// <summary>What the nodes have answered to each command, if they have a state machine other than the log of strings.</summary>
    internal ResultAgreement? Results { get; private set; }

    /// <summary>Every string that any node has applied so far, if they have logs of strings.</summary>
    internal IReadOnlyList<string> AgreedTexts => _agreement.Agreed;

    /// <summary>Gets a node.</summary>
    /// <param name="id">The id of the node.</param>
    public SimulatedNode this[NodeId id] => _nodes.TryGetValue(id, out SimulatedNode? node)
        ? node
        : throw new ArgumentException($"There is no node '{id}'; the cluster has {string.Join(", ", NodeIds)}.", nameof(id));

    /// <summary>Starts all nodes that are not running.</summary>
    public void Start()
    {
        using HomeThread.Visit visit = World.Enter();
        foreach (SimulatedNode node in _nodes.Values)
        {
            if (!node.IsRunning)
            {
                node.Start();
            }
        }
    }

    /// <summary>Starts a node, for the first time or again, as a new <see cref="RaftNode"/> on the contents of its disk.</summary>
    /// <param name="id">The node, which must not be running.</param>
    public void Start(NodeId id)
    {
        using HomeThread.Visit visit = World.Enter();
        this[id].Start();
    }

    /// <summary>Stops a node gracefully and waits until it has stopped.</summary>
    /// <param name="id">The node.</param>
    public void Stop(NodeId id)
    {
        using HomeThread.Visit visit = World.Enter();
        this[id].Stop();
    }

    /// <summary>Crashes a node: it runs no further code, and its disk keeps only durable data.</summary>
    /// <param name="id">The node.</param>
    /// <param name="survivingWrites">
    /// How many of its pending writes reach the disk anyway; see <see cref="SimulatedStorage.Crash"/>.
    /// </param>
    public void Crash(NodeId id, int survivingWrites = 0)
    {
        using HomeThread.Visit visit = World.Enter();
        this[id].Crash(survivingWrites);
    }

    /// <summary>Makes a node take a snapshot of what it has applied, and waits until the snapshot is durable.</summary>
    /// <param name="id">The node.</param>
    /// <param name="limit">How much virtual time it may take; null for the world's default.</param>
    /// <returns>The snapshot; null if nothing was applied yet.</returns>
    public SnapshotInfo? TakeSnapshot(NodeId id, TimeSpan? limit = null)
    {
        using HomeThread.Visit visit = World.Enter();
        Task<SnapshotInfo?> taken = this[id].Raft.SnapshotAsync().AsTask();
        World.Run(taken, limit, $"a snapshot of {id}");
        return taken.Result;
    }

    /// <summary>Pauses a node's process. It runs no code, but messages still reach it and time passes.</summary>
    /// <param name="id">The node.</param>
    public void Pause(NodeId id)
    {
        using HomeThread.Visit visit = World.Enter();
        this[id].Pause();
    }

    /// <summary>Resumes a paused node, which then processes everything that arrived during the pause.</summary>
    /// <param name="id">The node.</param>
    public void Resume(NodeId id)
    {
        using HomeThread.Visit visit = World.Enter();
        this[id].Resume();
    }

    /// <summary>Sets the rate of a node's clock, until it is set again or the node restarts.</summary>
    /// <param name="id">The node.</param>
    /// <param name="rate">How fast it runs, from 0.1 to 10: at 2, its second lasts half a second.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is less than 0.1 or greater than 10.</exception>
    public void SetClockRate(NodeId id, double rate)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 0.1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rate, 10);
        using HomeThread.Visit visit = World.Enter();
        this[id].SetClockRate(rate);
    }

    /// <summary>Crashes a node if it is running, and starts it again.</summary>
    /// <param name="id">The node.</param>
    public void Restart(NodeId id)
    {
        using HomeThread.Visit visit = World.Enter();
        if (this[id].IsRunning)
        {
            Crash(id);
        }

        Start(id);
    }

    /// <summary>Runs until a node leads and a majority of all nodes follow it.</summary>
    /// <param name="limit">How much virtual time it may take; null for the world's default.</param>
    /// <returns>The leader.</returns>
    public NodeId WaitForLeader(TimeSpan? limit = null)
    {
        World.RunUntil(HasFollowedLeader, limit, "a leader that a majority follows");
        return Leader!.Value;
    }

    /// <summary>
    /// Makes a node the leader, by dropping the messages that other nodes send as leaders or candidates until it has won. It can win
    /// only if its log is up to date and it can reach a majority.
    /// </summary>
    /// <param name="id">The node.</param>
    /// <param name="limit">How much virtual time it may take; null for the world's default.</param>
    public void Elect(NodeId id, TimeSpan? limit = null)
    {
        using HomeThread.Visit visit = World.Enter();
        SimulatedNode node = this[id];
        using (Network.Drop(message => message.From != id && message is AppendEntriesMessage or RequestVoteMessage))
        {
            World.RunUntil(() => Leader == id && node.Status.Role == RaftRole.Leader, limit, $"the election of {id}");
        }
    }

    /// <summary>Proposes a command to the leader, waiting for one if there is none, and runs until the proposal has an outcome.</summary>
    private protected SimulatedProposal ProposeToLeader(ReadOnlyMemory<byte> command, string text, TimeSpan? limit)
    {
        using HomeThread.Visit visit = World.Enter();
        SimulatedProposal proposal = Submit(command, text, Leader ?? WaitForLeader(limit));
        World.RunUntil(() => proposal.Fate != ProposalFate.Pending, limit, $"the fate of proposal '{text}' at {proposal.Node}");
        return proposal;
    }

    /// <summary>Proposes bytes to a node, and does not wait.</summary>
    /// <param name="command">The bytes.</param>
    /// <param name="text">What they are, for people.</param>
    /// <param name="id">The node.</param>
    /// <param name="leadership">The leadership in whose term it is to be proposed; null for any.</param>
    internal SimulatedProposal Submit(ReadOnlyMemory<byte> command, string text, NodeId id, Leadership? leadership = null)
    {
        using HomeThread.Visit visit = World.Enter();
        SimulatedProposal proposal = this[id].Propose(text, command, leadership);
        World.Trace.Add(World.Clock.Now, "propose", id, command.Length);
        _offers.Offer(command);
        proposal.Command = command;
        _pending.Add(proposal);
        return proposal;
    }

    /// <summary>From now on, a string belongs to a term only.</summary>
    private protected void Fence(string text, long term) => _agreement.Fence(text, term);

    /// <summary>Gives every node another state machine, from its next start on.</summary>
    internal void UseStateMachine(Func<IStateMachine> create)
    {
        MachineFactory factory = new(create, World);
        ResultAgreement results = new(broken => _broken ??= broken);
        Results = results;
        _snapshots.ComparesBytes = false; // a user's need not write the same state in the same way
        foreach (SimulatedNode node in _nodes.Values)
        {
            node.NewStateMachine = each => new ObservedStateMachine(factory.Create(), each.Id, results);
        }
    }

    /// <summary>Runs until all running nodes have applied every entry in the leader's log.</summary>
    /// <param name="limit">How much virtual time it may take; null for the world's default.</param>
    public void Settle(TimeSpan? limit = null) => World.RunUntil(IsSettled, limit, "all running nodes to apply the leader's whole log");

    /// <summary>How far a follower has acknowledged the log to the leader of a term.</summary>
    internal long AcknowledgedTo(NodeId leader, NodeId follower, long term) => _rules.AcknowledgedTo(leader, follower, term);

    /// <summary>A linearizable read or a barrier begins on a node.</summary>
    /// <returns>What the rules need at its end; null if the node does not lead.</returns>
    internal ReadOfLeader? OnReadBegun(SimulatedNode node) => _rules.OnReadBegun(node);

    /// <summary>A linearizable read or a barrier was answered by a node that led when it began.</summary>
    internal void OnReadAnswered(SimulatedNode node, in ReadOfLeader read, long index) => _rules.OnReadAnswered(node, in read, index);

    /// <summary>Delivers a message of a node that does not belong to this cluster.</summary>
    internal void Intrude(RaftMessage message)
    {
        Intrusions++;
        Network.Dispatch(message);
    }

    /// <summary>A member has joined at its first start.</summary>
    internal void NoteJoin() => Joins++;

    /// <summary>A node as a member, with its address if it has one.</summary>
    internal RaftMember MemberOf(NodeId id) => new(id, Transports?.AddressOf(id));

    private RaftNodeOptions NewOptions()
    {
        RaftNodeOptions options = new()
        {
            ClusterId = "simulated",
            Members = [.. NodeIds.Select(MemberOf)],
            FirstConfiguration = Roles.FirstConfiguration(MemberOf),
            MinimumElectionTimeout = TimeSpan.FromMilliseconds(150),
            MaximumElectionTimeout = TimeSpan.FromMilliseconds(300),
            RandomSeed = (long)World.Random.NextUInt64(),
        };
        World.Ask("The function that changes the options of nodes", () => _configure?.Invoke(options));
        return options;
    }

    private bool HasFollowedLeader()
    {
        if (Leader is not { } leader)
        {
            return false;
        }

        long term = this[leader].Status.Term;
        return Roles.Quorum.IsReachedBy(
            _inOrder
                .Where(node => node.IsRunning && node.Status.Leader == leader && node.Status.Term == term)
                .Select(static node => node.Id));
    }

    /// <summary>Whether all nodes that run have applied everything in the leader's log.</summary>
    internal bool IsSettled()
    {
        if (Leader is not { } leader)
        {
            return false;
        }

        long last = this[leader].Status.LastIndex;
        return _nodes.Values.All(node => !node.IsRunning || (node.Status.AppliedIndex == last && node.Status.LastIndex == last));
    }

    /// <summary>The log on which all nodes agree once they have settled, from index 1 on.</summary>
    internal LogEntry[] CommittedLog() => _inOrder[0].Store.DurableImage.Entries.Read(1, int.MaxValue, long.MaxValue);
}
