using System.Globalization;

namespace Raft.Testing;

/// <summary>
/// How the nodes of a simulation are configured, how busy its clients are, and how quick its links and disks are in good weather.
/// Small limits show in a minute what large ones show in a month.
/// </summary>
public sealed record SimulationSettings
{
    /// <summary>The default options of a node, and four clients.</summary>
    public static SimulationSettings Default { get; } = new();

    /// <summary>See <see cref="RaftNodeOptions.PreVote"/>.</summary>
    public bool PreVote { get; init; } = true;

    /// <summary>See <see cref="RaftNodeOptions.CheckQuorum"/>.</summary>
    public bool CheckQuorum { get; init; } = true;

    /// <summary>See <see cref="RaftNodeOptions.LeaderStickiness"/>; needs <see cref="CheckQuorum"/>.</summary>
    public bool LeaderStickiness { get; init; } = true;

    /// <summary>
    /// Whether state machines say that they may block (see <see cref="IStateMachine.MayBlock"/>), and so are called on a thread of
    /// their own, even if they do not by themselves.
    /// </summary>
    public bool StateMachineMayBlock { get; init; }

    /// <summary>See <see cref="RaftNodeOptions.MaximumCachedEntries"/>; null for its default.</summary>
    public int? MaximumCachedEntries { get; init; }

    /// <summary>See <see cref="RaftNodeOptions.MaximumMessageBytes"/>; null for its default.</summary>
    public int? MaximumMessageBytes { get; init; }

    /// <summary>See <see cref="RaftNodeOptions.MaximumInFlightMessages"/>; null for its default.</summary>
    public int? MaximumInFlightMessages { get; init; }

    /// <summary>See <see cref="RaftNodeOptions.MaximumUncommittedBytes"/>; null for its default.</summary>
    public int? MaximumUncommittedBytes { get; init; }

    /// <summary>See <see cref="RaftNodeOptions.MaximumPendingProposals"/>; null for its default.</summary>
    public int? MaximumPendingProposals { get; init; }

    /// <summary>
    /// See <see cref="RaftNodeOptions.AutomaticSnapshots"/>. Without them, clients request a snapshot occasionally.
    /// </summary>
    public bool AutomaticSnapshots { get; init; } = true;

    /// <summary>See <see cref="RaftNodeOptions.SnapshotAfterBytes"/>; null for its default, which no short run reaches.</summary>
    public int? SnapshotAfterBytes { get; init; }

    /// <summary>See <see cref="RaftNodeOptions.SnapshotAfterEntries"/>; null for its default, which no short run reaches.</summary>
    public int? SnapshotAfterEntries { get; init; }

    /// <summary>See <see cref="RaftNodeOptions.TrailingEntries"/>; null for its default.</summary>
    public int? TrailingEntries { get; init; }

    /// <summary>See <see cref="RaftNodeOptions.SnapshotChunkBytes"/>; null for its default.</summary>
    public int? SnapshotChunkBytes { get; init; }

    /// <summary>See <see cref="RaftNodeOptions.SnapshotTransferLogBytes"/>; null for its default.</summary>
    public int? SnapshotTransferLogBytes { get; init; }

    /// <summary>See <see cref="RaftNodeOptions.DigestInterval"/>; 0 compares no states.</summary>
    public int DigestInterval { get; init; } = 25;

    /// <summary>See <see cref="RaftNodeOptions.CaptureDigestInterval"/>; 0 compares no captures.</summary>
    public int CaptureDigestInterval { get; init; }

    /// <summary>Who votes.</summary>
    public MemberRoles Roles { get; init; }

    /// <summary>How many clients propose: 1 or more.</summary>
    public int Clients { get; init; } = 4;

    /// <summary>How long a client waits for an answer before it gives up.</summary>
    public TimeSpan ClientPatience { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>How long a client thinks at most before it proposes again; a tenth of it at least.</summary>
    public TimeSpan ClientPause { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a message travels at most in good weather; a fifth of it at least.</summary>
    public TimeSpan MessageDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How long a write takes at most on a healthy disk; a twentieth of it at least.</summary>
    public TimeSpan WriteDelay { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>How long it takes at most until a snapshot is durable on a healthy disk; a twentieth of it at least.</summary>
    public TimeSpan SnapshotDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Draws settings: a third of the draws gives the defaults, and the others differ from them here and there.</summary>
    /// <param name="random">The random source.</param>
    /// <returns>Settings that a node accepts.</returns>
    public static SimulationSettings Draw(SeededRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        if (random.Chance(1 / 3.0))
        {
            return Default;
        }

        bool checksQuorum = !random.Chance(0.3);
        return new SimulationSettings
        {
            PreVote = !random.Chance(0.4),
            CheckQuorum = checksQuorum,
            LeaderStickiness = checksQuorum && !random.Chance(0.3),
            MaximumCachedEntries = Pick<int?>(random, null, 1, 8, 64),
            MaximumMessageBytes = Pick<int?>(random, null, null, 1, 150, 1_000),
            MaximumInFlightMessages = Pick<int?>(random, null, null, 1, 2, 3),
            MaximumUncommittedBytes = Pick<int?>(random, null, null, 1, 16, 64),
            MaximumPendingProposals = Pick<int?>(random, null, null, null, 2, 8),
            SnapshotAfterEntries = Pick<int?>(random, null, 5, 20, 100),
            TrailingEntries = Pick<int?>(random, 0, 3, 20),
            SnapshotChunkBytes = Pick<int?>(random, null, 50, 500, 5_000),
            Clients = Pick(random, 1, 2, 4, 4, 4, 8, 12),
            ClientPatience = TimeSpan.FromMilliseconds(Pick(random, 30, 200, 600, 600, 3_000)),
            ClientPause = TimeSpan.FromMilliseconds(Pick(random, 50, 200, 200, 200, 400)),
            MessageDelay = TimeSpan.FromMilliseconds(Pick(random, 1, 5, 5, 5, 20)),
            WriteDelay = TimeSpan.FromMilliseconds(Pick(random, 0.2, 2, 2, 2, 20)),
            StateMachineMayBlock = random.Chance(0.3),
            AutomaticSnapshots = !random.Chance(0.15),
            SnapshotAfterBytes = Pick<int?>(random, null, null, 500, 5_000),
            SnapshotDelay = TimeSpan.FromMilliseconds(Pick(random, 5, 5, 5, 50, 1_000)),
            SnapshotTransferLogBytes = Pick<int?>(random, null, null, 0, 1_000),
            DigestInterval = Pick(random, 1, 3, 25, 25, 100),
            Roles = random.Chance(0.6) ? MemberRoles.AllVote : Pick(random, MemberRoles.OneLearner, MemberRoles.Joint),
        };
    }

    /// <summary>What differs from the defaults, in a line for people.</summary>
    /// <returns>The line; its form may change.</returns>
    public override string ToString()
    {
        List<string> parts = [];
        AddSwitch(parts, PreVote, "no pre-vote");
        AddSwitch(parts, CheckQuorum, "no check of the quorum");
        AddSwitch(parts, LeaderStickiness || !CheckQuorum, "no stickiness");
        AddSwitch(parts, !StateMachineMayBlock, "blocking state machines");
        AddLimit(parts, MaximumCachedEntries, "entries cached");
        AddLimit(parts, MaximumMessageBytes, "bytes a message");
        AddLimit(parts, MaximumInFlightMessages, "messages in flight");
        AddLimit(parts, MaximumUncommittedBytes, "uncommitted bytes");
        AddLimit(parts, MaximumPendingProposals, "pending proposals");
        AddSwitch(parts, AutomaticSnapshots, "snapshots on demand only");
        AddLimit(parts, SnapshotAfterEntries, "entries a snapshot");
        AddLimit(parts, SnapshotAfterBytes, "bytes a snapshot");
        AddLimit(parts, TrailingEntries, "trailing entries");
        AddLimit(parts, SnapshotChunkBytes, "bytes a chunk");
        AddLimit(parts, SnapshotTransferLogBytes, "bytes kept for transfers");
        AddLimit(parts, DigestInterval == Default.DigestInterval ? null : DigestInterval, "entries a digest");
        AddLimit(parts, CaptureDigestInterval == 0 ? null : CaptureDigestInterval, "entries a digest of a capture");
        AddSwitch(parts, Roles != MemberRoles.OneLearner, "a learner");
        AddSwitch(parts, Roles != MemberRoles.Joint, "joint configurations");
        AddLimit(parts, Clients == Default.Clients ? null : Clients, "clients");
        AddTime(parts, "patience", ClientPatience, Default.ClientPatience);
        AddTime(parts, "pause", ClientPause, Default.ClientPause);
        AddTime(parts, "messages", MessageDelay, Default.MessageDelay);
        AddTime(parts, "writes", WriteDelay, Default.WriteDelay);
        AddTime(parts, "snapshots", SnapshotDelay, Default.SnapshotDelay);
        return parts.Count == 0 ? "default settings" : string.Join(", ", parts);
    }

    /// <summary>Gives a node its options.</summary>
    internal void ApplyTo(RaftNodeOptions options)
    {
        options.PreVote = PreVote;
        options.CheckQuorum = CheckQuorum;
        options.LeaderStickiness = LeaderStickiness;
        options.MaximumCachedEntries = MaximumCachedEntries ?? options.MaximumCachedEntries;
        options.MaximumMessageBytes = MaximumMessageBytes ?? options.MaximumMessageBytes;
        options.MaximumInFlightMessages = MaximumInFlightMessages ?? options.MaximumInFlightMessages;
        options.MaximumUncommittedBytes = MaximumUncommittedBytes ?? options.MaximumUncommittedBytes;
        options.AutomaticSnapshots = AutomaticSnapshots;
        options.SnapshotAfterBytes = SnapshotAfterBytes ?? options.SnapshotAfterBytes;
        options.SnapshotAfterEntries = SnapshotAfterEntries ?? options.SnapshotAfterEntries;
        options.TrailingEntries = TrailingEntries ?? options.TrailingEntries;
        options.SnapshotChunkBytes = SnapshotChunkBytes ?? options.SnapshotChunkBytes;
        options.SnapshotTransferLogBytes = SnapshotTransferLogBytes;
        options.DigestInterval = DigestInterval;
        options.CaptureDigestInterval = CaptureDigestInterval;
        options.MaximumPendingProposals = MaximumPendingProposals ?? options.MaximumPendingProposals;
    }

    /// <summary>Makes links and disks as quick as they are in good weather.</summary>
    internal void ApplyTo(SimulatedCluster cluster)
    {
        cluster.Network.Conditions.MinimumDelay = MessageDelay / 5;
        cluster.Network.Conditions.MaximumDelay = MessageDelay;
        foreach (SimulatedNode node in cluster.Nodes)
        {
            node.MachineMayBlock = StateMachineMayBlock;
            node.Storage.WriteDelay = WriteDelay;
            node.Storage.SnapshotDelay = SnapshotDelay;
        }
    }

    private static T Pick<T>(SeededRandom random, params ReadOnlySpan<T> choices) => choices[random.Next(choices.Length)];

    private static void AddSwitch(List<string> parts, bool isOn, string otherwise)
    {
        if (!isOn)
        {
            parts.Add(otherwise);
        }
    }

    private static void AddLimit(List<string> parts, int? limit, string what)
    {
        if (limit is { } number)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{number} {what}"));
        }
    }

    private static void AddTime(List<string> parts, string what, TimeSpan time, TimeSpan usual)
    {
        if (time != usual)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{what} {time.TotalMilliseconds} ms"));
        }
    }
}
