namespace Raft.Consensus.Tests.Support;

/// <summary>Nodes with an identity, and messages of such nodes.</summary>
internal static class Identities
{
    /// <summary>The identity of the cluster that tests are about, and another one.</summary>
    public static readonly ClusterIdentity Ours = new(17);

    public static readonly ClusterIdentity Foreign = new(18);

    /// <summary>A member with an identity, and voters n1, n2, ...</summary>
    public static SingleModule Member(
        int voters = 3, ClusterIdentity? identity = null, StoreIdentity? store = null, long term = 0, params LogEntry[] log)
    {
        TestDisk disk = new() { Store = store };
        disk.Preset(new HardState(term, null) { Identity = identity ?? Ours }, log);
        return new SingleModule(Settings.Plain.For("n1", Settings.Ids(voters)), disk);
    }

    /// <summary>A node that waits for a leader to join a cluster, or has received a message of one and still joins.</summary>
    public static SingleModule Joining(JoinState? join = null, long term = 0)
    {
        TestDisk disk = new() { Store = new StoreIdentity(Guid.NewGuid(), 1) };
        JoinState state = join ?? new JoinState(CommitIndex: null);
        disk.Preset(new HardState(term, null) { Identity = state.CommitIndex is null ? null : Ours, Join = state }, []);
        return new SingleModule(JoiningOptions, disk);
    }

    /// <summary>The options of a node that joins: no members.</summary>
    public static ConsensusOptions JoiningOptions { get; } = new()
    {
        NodeId = "n1",
        InitialConfiguration = null,
        PreVote = false,
        CheckQuorum = false,
        LeaderStickiness = false,
    };

    /// <summary>The message, from a node of this identity.</summary>
    public static T Of<T>(this T message, ClusterIdentity? identity, StoreIdentity? store = null)
        where T : RaftMessage => message with { Origin = new MessageOrigin(Make.ClusterId, identity, store) };

    /// <summary>AppendEntries from the start of the log.</summary>
    public static AppendEntriesMessage Append(NodeId from, long term, long commit, params LogEntry[] entries) =>
        (Make.Append(from, term, 0, 0, commit) with { Entries = entries }).Of(Ours);

    /// <summary>One message of each type, to n1.</summary>
    public static RaftMessage[] OneOfEach(NodeId from, long term)
    {
        TestSnapshot snapshot = new(10, 1, [1, 2, 3]);
        AppendEntriesMessage append = Make.Append(from, term, 0, 0, 1, 1);
        RequestVoteMessage vote = Make.RequestVote(from, term, 9, 9);
        InstallSnapshotMessage install = Make.Install(from, term, snapshot);
        return
        [
            vote,
            vote with { IsPreVote = true },
            vote with { IsTransfer = true },
            append,
            append with { Entries = default },
            install,
            new TimeoutNowMessage { From = from, To = "n1", Origin = Make.Origin, Term = term, LastLogIndex = 0, LastLogTerm = 0 },
            ToN1(Make.Vote(vote, granted: true)),
            ToN1(Make.Vote(vote with { IsPreVote = true }, granted: true)),
            ToN1(Make.Accept(append)),
            ToN1(Make.Reject(append, 0, 0, 0)),
            ToN1(Make.Installed(install)),
            new TimeoutNowReplyMessage { From = from, To = "n1", Origin = Make.Origin, Term = term, Reason = TimeoutNowRefusal.NotAVoter },
            new ReadIndexRequestMessage { From = from, To = "n1", Origin = Make.Origin, Term = term, Moment = 1 },
            new ReadIndexReplyMessage { From = from, To = "n1", Origin = Make.Origin, Term = term, Moment = 1, ReadIndex = 1 },
            new StateDigestMessage { From = from, To = "n1", Origin = Make.Origin, Term = term, Digests = [new(1, 1)] },
            new StateDigestReplyMessage { From = from, To = "n1", Origin = Make.Origin, Term = term, ReceivedIndex = 1 },
            new IdentityRefusalMessage { From = from, To = "n1", Origin = Make.Origin, Term = term, FirstMembers = new NodeSet(["n7"]) },
        ];

        RaftMessage ToN1(RaftMessage reply) => reply with { From = from, To = "n1" };
    }
}
