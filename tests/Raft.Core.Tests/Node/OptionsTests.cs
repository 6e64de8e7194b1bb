using NSubstitute;

namespace Raft.Tests.Node;

/// <summary>Settings that contradict themselves or the ports are refused at construction, and the message says what to do.</summary>
public sealed class OptionsTests
{
    public static TheoryData<string, Action<RaftNodeOptions>> Bad => new()
    {
        { "Node 'n1' is not among the Members (n2, n3): add it, or correct its id.", options => options.Members = ["n2", "n3"] },
        { "Member 'n2' is listed 2 times in Members: every id must be unique.", options => options.Members = ["n1", "n2", "n2"] },
        { "A member in Members has no id: set RaftMember.Id of each.", options => options.Members = ["n1", new RaftMember()] },
        { "ClusterId is blank: give all nodes of the cluster the same name.", options => options.ClusterId = " " },
        { "MinimumElectionTimeout is 00:00:00: it must be above zero.", options => options.MinimumElectionTimeout = TimeSpan.Zero },
        {
            "MinimumElectionTimeout is 00:00:01 and MaximumElectionTimeout is 00:00:00.9990000: the maximum must be at least the minimum.",
            options => options.MaximumElectionTimeout = TimeSpan.FromMilliseconds(999)
        },
        { "HeartbeatInterval is 00:00:00: it must be above zero.", options => options.HeartbeatInterval = TimeSpan.Zero },
        {
            "HeartbeatInterval is 00:00:01 and MinimumElectionTimeout is 00:00:01: the interval must be below the timeout",
            options => options.HeartbeatInterval = TimeSpan.FromSeconds(1)
        },
        {
            "MaximumElectionTimeout is 1.00:00:00.0000001: it must be at most 1.00:00:00.",
            options => options.MaximumElectionTimeout = TimeSpan.FromDays(1) + TimeSpan.FromTicks(1)
        },
        { "NodeId is 'n2', but the node was created with the id 'n1'", options => options.NodeId = "n2" },
        { "LeaderStickiness needs CheckQuorum", options => options.CheckQuorum = false },
        { "MaximumCommandBytes is 0: it must be at least 1.", options => options.MaximumCommandBytes = 0 },
        { "MaximumMessageBytes is 0: it must be at least 1.", options => options.MaximumMessageBytes = 0 },
        { "MaximumInFlightMessages is 0: it must be at least 1.", options => options.MaximumInFlightMessages = 0 },
        { "MaximumUncommittedBytes is 0: it must be at least 1.", options => options.MaximumUncommittedBytes = 0 },
        { "MaximumPendingProposals is 0: it must be at least 1.", options => options.MaximumPendingProposals = 0 },
        { "MaximumPendingReads is 0: it must be at least 1.", options => options.MaximumPendingReads = 0 },
        { "MaximumWaitingMessages is 0: it must be at least 1.", options => options.MaximumWaitingMessages = 0 },
        { "MaximumCachedEntries is 0: it must be at least 1.", options => options.MaximumCachedEntries = 0 },
        { "MaximumCachedBytes is 0: it must be at least 1.", options => options.MaximumCachedBytes = 0 },
        { "DigestInterval is -1: it must be at least 0.", options => options.DigestInterval = -1 },
        { "CaptureDigestInterval is -1: it must be at least 0.", options => options.CaptureDigestInterval = -1 },
        { "OnDivergence is 7: set it to StopMinority or Report.", options => options.OnDivergence = (DivergenceReaction)7 },
        { "ShutdownTimeout is -00:00:00.0000001: it must not be negative.", options => options.ShutdownTimeout = TimeSpan.FromTicks(-1) },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Constructor_WithAnInvalidSetting_SaysWhatToDo(string message, Action<RaftNodeOptions> spoil)
    {
        RaftNodeOptions options = new() { Members = ["n1"] };
        spoil(options);

        ArgumentException exception = Assert.Throws<ArgumentException>(() => New(options, Substitute.For<ITransport>()));

        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_WithTheSmallestSettings_AcceptsThem()
    {
        RaftNodeOptions options = new()
        {
            MinimumElectionTimeout = TimeSpan.FromTicks(2),
            MaximumElectionTimeout = TimeSpan.FromTicks(2),
            HeartbeatInterval = TimeSpan.FromTicks(1),
            CheckQuorum = false,
            LeaderStickiness = false,
            MaximumCommandBytes = 1,
            MaximumPendingProposals = 1,
            ShutdownTimeout = TimeSpan.Zero,
        };

        Assert.Null(Record.Exception(() => New(options, transport: null)));
    }

    [Fact]
    public void Constructor_WithSeveralMembersAndNoTransport_SaysWhatToDo()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => New(new RaftNodeOptions { Members = ["n1", "n2", "n3"] }, transport: null));

        Assert.Equal(
            "Members lists 3 members, but there is no transport to reach them: "
            + "call UseChannelTransport() or another Use...Transport() method of the builder, or set RaftNodePorts.Transport.",
            exception.Message);
    }

    [Fact]
    public void Constructor_WithAVolatileStoreAndATransportBetweenProcesses_SaysWhatToDo()
    {
        ITransport transport = Substitute.For<ITransport>();
        transport.LeavesProcess.Returns(true);
        RaftNodeOptions options = new() { Members = ["n1", "n2", "n3"] };

        ArgumentException exception = Assert.Throws<ArgumentException>(() => New(options, transport));

        Assert.Contains("InMemoryLogStore forgets its vote and log", exception.Message, StringComparison.Ordinal);
        Assert.Contains("set AllowVolatileStorage", exception.Message, StringComparison.Ordinal);
        options.AllowVolatileStorage = true;
        Assert.Null(Record.Exception(() => New(options, transport)));
    }

    [Fact]
    public void Constructor_WithAVolatileStoreWithinOneProcess_AcceptsIt() =>
        Assert.Null(Record.Exception(() => New(new RaftNodeOptions { Members = ["n1", "n2"] }, new InMemoryNetwork().CreateTransport())));

    [Fact]
    public void Constructor_WithoutAnId_IsRefused() => Assert.Throws<ArgumentException>("nodeId", () => new RaftNode(default));

    [Fact]
    public void Constructor_CopiesTheOptions()
    {
        Lab lab = new();
        RaftNodeOptions? options = null;
        LabNode node = lab.Node(configure: given => options = given);

        options!.Members[0].Id = "changed";
        options.Members.Add("n9");
        options.MaximumCommandBytes = 1;
        options.MinimumElectionTimeout = TimeSpan.FromDays(1);
        node.Lead();

        node.Commit("longer than one byte");
        Assert.Equal(["n1"], node.Status.Members.Select(member => member.Id));
    }

    [Fact]
    public void ClusterId_IsUsedByStoresAndMessages()
    {
        Lab lab = new();
        LabNode node = lab.Node(members: 3, configure: options => options.ClusterId = "orders");
        using FakePeers peers = new(lab, "n2", "n3");

        node.Lead();

        Assert.All(peers.Received, message => Assert.Equal("orders", message.ClusterId));
        node.Stop();
        LabNode stranger = lab.Node(members: 3, store: node.Store, configure: options => options.ClusterId = "invoices");
        stranger.Run();
        Assert.IsType<StorageCorruptedException>(stranger.Failure().InnerException);
    }

    private static void New(RaftNodeOptions options, ITransport? transport)
    {
        using RaftNode node = new("n1", options: options, ports: new RaftNodePorts { Transport = transport });
    }

    [Fact]
    public void Constructor_StateMachineOfAnotherNode_IsRefused()
    {
        StringLog shared = new();
        _ = new RaftNode("n1", ports: new RaftNodePorts { StateMachine = shared });

        ArgumentException error = Assert.Throws<ArgumentException>(
            () => new RaftNode("n2", ports: new RaftNodePorts { StateMachine = shared }));

        Assert.Contains("This StringLog serves another node already", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_NullAmongTheMembers_IsRefused()
    {
        foreach (IList<RaftMember> members in new IList<RaftMember>[] { null!, ["n1", null!] })
        {
            ArgumentException error = Assert.Throws<ArgumentException>(
                () => new RaftNode("n1", options: new RaftNodeOptions { Members = members }));

            Assert.Contains("Members is null or contains a null", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Int64Codec_BytesThatAreNotANumber_AreRefused()
    {
        Assert.Throws<FormatException>(() => Codec.Int64.Read(new byte[9]));
        Assert.Throws<FormatException>(() => Codec.Int64.Read(new byte[7]));
    }
}
