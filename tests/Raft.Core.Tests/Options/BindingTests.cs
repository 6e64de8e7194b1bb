using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Raft.Tests.Hosting;

/// <summary>Options come from the section Raft, or Raft:{name}; what code sets comes after and wins.</summary>
public sealed class BindingTests
{
    private const string Everything =
        """
        {
          "NodeId": "n1",
          "ClusterId": "orders",
          "Members": [ { "Id": "n1", "Address": "one:1", "Tags": { "zone": "a", "web": "w1" } }, { "Id": "n2", "Address": "two:2" } ],
          "MinimumElectionTimeout": "00:00:02",
          "MaximumElectionTimeout": "00:00:05",
          "HeartbeatInterval": "00:00:00.250",
          "PreVote": false,
          "CheckQuorum": false,
          "LeaderStickiness": false,
          "MaximumClockAhead": "00:00:07",
          "MaximumCommandBytes": 101,
          "MaximumMessageBytes": 102,
          "MaximumInFlightMessages": 103,
          "MaximumUncommittedBytes": 5000000000,
          "MaximumPendingProposals": 105,
          "MaximumPendingReads": 116,
          "MaximumWaitingMessages": 106,
          "MaximumCachedEntries": 107,
          "MaximumCachedBytes": 6000000000,
          "AutomaticSnapshots": false,
          "SnapshotAfterEntries": 7000000000,
          "SnapshotAfterBytes": 8000000000,
          "TrailingEntries": 9000000000,
          "SnapshotTransferLogBytes": 8000000000,
          "DigestInterval": 110,
          "CaptureDigestInterval": 5000000000,
          "OnDivergence": "Report",
          "SnapshotChunkBytes": 108,
          "RandomSeed": 109,
          "AllowVolatileStorage": true,
          "ShutdownTimeout": "00:00:11",
          "HangTimeout": "00:00:13",
          "FirstStart": "Refuse",
          "LeadershipTransferTimeout": "00:00:12",
          "ProposalsDuringTransfer": "Refuse",
          "StopHostOnFailure": false
        }
        """;

    private static readonly RaftNodeOptions Expected = new()
    {
        NodeId = "n1",
        ClusterId = "orders",
        Members = [new RaftMember("n1", "one:1") { Tags = { ["zone"] = "a", ["web"] = "w1" } }, new RaftMember("n2", "two:2")],
        MinimumElectionTimeout = TimeSpan.FromSeconds(2),
        MaximumElectionTimeout = TimeSpan.FromSeconds(5),
        HeartbeatInterval = TimeSpan.FromMilliseconds(250),
        PreVote = false,
        CheckQuorum = false,
        LeaderStickiness = false,
        MaximumClockAhead = TimeSpan.FromSeconds(7),
        MaximumCommandBytes = 101,
        MaximumMessageBytes = 102,
        MaximumInFlightMessages = 103,
        MaximumUncommittedBytes = 5_000_000_000,
        MaximumPendingProposals = 105,
        MaximumPendingReads = 116,
        MaximumWaitingMessages = 106,
        MaximumCachedEntries = 107,
        MaximumCachedBytes = 6_000_000_000,
        AutomaticSnapshots = false,
        SnapshotAfterEntries = 7_000_000_000,
        SnapshotAfterBytes = 8_000_000_000,
        TrailingEntries = 9_000_000_000,
        SnapshotTransferLogBytes = 8_000_000_000,
        DigestInterval = 110,
        CaptureDigestInterval = 5_000_000_000,
        OnDivergence = DivergenceReaction.Report,
        SnapshotChunkBytes = 108,
        RandomSeed = 109,
        AllowVolatileStorage = true,
        ShutdownTimeout = TimeSpan.FromSeconds(11),
        HangTimeout = TimeSpan.FromSeconds(13),
        FirstStart = FirstStart.Refuse,
        LeadershipTransferTimeout = TimeSpan.FromSeconds(12),
        ProposalsDuringTransfer = ProposalsDuringTransfer.Refuse,
        StopHostOnFailure = false,
    };

    [Fact]
    public void UnnamedNode_TakesEverythingFromTheSectionRaft() =>
        Assert.Equivalent(Expected, Options($$"""{ "Raft": {{Everything}} }"""), strict: true);

    [Fact]
    public void NamedNode_TakesEverythingFromItsOwnSection() =>
        Assert.Equivalent(
            Expected, Options($$"""{ "Raft": { "n1": {{Everything}}, "n2": { "ClusterId": "another" } } }""", "n1"), strict: true);

    /// <summary>No generator runs in this project: binding by hand uses reflection.</summary>
    [Fact]
    public void ReflectionBinder_BindsTheSame()
    {
        HostApplicationBuilder builder = InMemoryHost.Builder($$"""{ "Raft": {{Everything}} }""");
        builder.Services.Configure<RaftNodeOptions>(builder.Configuration.GetSection("Raft"));
        using IHost host = builder.Build();
        RaftNodeOptions bound = new();
        builder.Configuration.GetSection("Raft").Bind(bound);

        Assert.Equivalent(Expected, host.Services.GetRequiredService<IOptions<RaftNodeOptions>>().Value, strict: true);
        Assert.Equivalent(Expected, bound, strict: true);
    }

    [Fact]
    public void EveryOption_HasAnUnusualValueInThisTest()
    {
        RaftNodeOptions defaults = new();

        Assert.All(
            typeof(RaftNodeOptions).GetProperties(),
            property => Assert.NotEqual(property.GetValue(defaults), property.GetValue(Expected)));
    }

    [Fact]
    public void Code_OverridesConfiguration()
    {
        RaftNodeOptions options = Options(
            """{ "Raft": { "n1": { "ClusterId": "configured", "MaximumCommandBytes": 7, "Members": [ "n1" ] } } }""",
            "n1",
            given => (given.ClusterId, given.Members) = ("coded", ["n1", "n2"]));

        Assert.Equal("coded", options.ClusterId);
        Assert.Equal(["n1", "n2"], options.Members.Select(member => member.Id));
        Assert.Equal(7, options.MaximumCommandBytes);
    }

    [Fact]
    public void NamedNode_DoesNotReadTheOthersSections()
    {
        HostApplicationBuilder builder = InMemoryHost.Builder(
            """
            {
              "Raft": {
                "ClusterId": "unnamed",
                "NodeId": "u1",
                "Members": [ "u1" ],
                "n1": { "ClusterId": "one", "Members": [ "n1" ] },
                "n2": { "ClusterId": "two", "Members": [ "n2" ] }
              }
            }
            """);
        builder.Services.AddRaftNode();
        builder.Services.AddRaftNode("n1");
        builder.Services.AddRaftNode("n2");
        using IHost host = builder.Build();
        IOptionsMonitor<RaftNodeOptions> options = host.Services.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>();

        Assert.Equal("unnamed", options.CurrentValue.ClusterId);
        Assert.Equal("one", options.Get("n1").ClusterId);
        Assert.Equal("two", options.Get("n2").ClusterId);
        Assert.Equal(["n2"], options.Get("n2").Members.Select(member => member.Id));
    }

    [Fact]
    public void ValueOfAnotherType_NamesItsPlace()
    {
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(
            () => Options("""{ "Raft": { "n1": { "MaximumCommandBytes": "many" } } }""", "n1"));

        Assert.Contains("'Raft:n1:MaximumCommandBytes'", error.Message, StringComparison.Ordinal);
    }

    private static RaftNodeOptions Options(string json, string? name = null, Action<RaftNodeOptions>? configure = null)
    {
        HostApplicationBuilder builder = InMemoryHost.Builder(json);
        _ = name is null ? builder.Services.AddRaftNode(configure) : builder.Services.AddRaftNode(name, configure);
        using IHost host = builder.Build();
        return host.Services.GetRequiredService<IOptionsMonitor<RaftNodeOptions>>().Get(name);
    }
}
