using System.Net;
using System.Runtime.CompilerServices;
using DotNext.Net.Cluster.Consensus.Raft;
using DotNext.Net.Cluster.Consensus.Raft.Membership;

namespace Raft.Benchmarks.Contenders;

/// <summary>DotNext.Net.Cluster for consensus only: TCP over the loopback, and a log of terms without payloads.</summary>
internal sealed class DotNextContender : Contender<bool>
{
    private const int Nodes = 3;
    private const int LowerElectionTimeout = 1_000; // milliseconds, as Raft.Core has it
    private const int UpperElectionTimeout = 3_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<RaftCluster> _clusters = [];
    private volatile RaftCluster? _leader;

    public override string Name => "dotnext";

    public override string Description =>
        "DotNext.Net.Cluster 6.12.0: three nodes over TCP on the loopback, with its state for consensus only, "
        + "which keeps the terms of entries, so payloads are neither kept nor sent";

    public override async Task StartAsync()
    {
        IPEndPoint[] endPoints = FreePorts.Find(Nodes);
        foreach (IPEndPoint endPoint in endPoints)
        {
            RaftCluster cluster = new(Configure(endPoint, endPoints)) { AuditTrail = new ConsensusOnlyState() };
            _clusters.Add(cluster);
            await cluster.StartAsync(CancellationToken.None);
        }

        await RecoverAsync();
    }

    public override Task<string?> FindDifferenceAsync() => Task.FromResult<string?>(null); // it keeps nothing to compare

    public override async ValueTask DisposeAsync()
    {
        foreach (RaftCluster cluster in _clusters)
        {
            await cluster.StopAsync(CancellationToken.None);
            await cluster.DisposeAsync();
        }
    }

    // It answers without a value, and the loop wants one. The builder pools, so that this adds no allocation to what is measured.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    protected override async ValueTask<bool> ProposeAsync(byte[] command)
    {
        await _leader!.ReplicateAsync(new ReadOnlyMemory<byte>(command));
        return true;
    }

    protected override bool IsWorthRepeating(Exception failure) => failure is InvalidOperationException or OperationCanceledException;

    protected override async Task RecoverAsync()
    {
        RaftClusterMember leader = await _clusters[0].WaitForLeaderAsync(Patience, CancellationToken.None);
        _leader = _clusters.First(cluster => cluster.LocalMemberAddress.Equals(leader.EndPoint));
    }

    private static RaftCluster.TcpConfiguration Configure(IPEndPoint own, IPEndPoint[] all)
    {
        RaftCluster.TcpConfiguration configuration = new(own)
        {
            ColdStart = false,
            LowerElectionTimeout = LowerElectionTimeout,
            UpperElectionTimeout = UpperElectionTimeout,
            ConfigurationStorage = null, // one in memory
        };
        InMemoryClusterConfigurationStorage<EndPoint>.Builder members =
            ((InMemoryClusterConfigurationStorage<EndPoint>)configuration.ConfigurationStorage!).CreateInitialConfigurationBuilder();
        foreach (IPEndPoint endPoint in all)
        {
            members.Add(endPoint);
        }

        members.Build();
        return configuration;
    }
}
