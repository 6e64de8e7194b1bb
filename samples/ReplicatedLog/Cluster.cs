using Microsoft.Extensions.Logging;
using Raft;

namespace ReplicatedLog;

/// <summary>Three replicas, and the network that connects them.</summary>
internal sealed class Cluster
{
    /// <summary>The longest time that any step may take.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(10);

    public const string Id = "replicated-log";

    public static readonly string[] Members = ["n1", "n2", "n3"];

    /// <summary>
    /// A follower campaigns when it has received no message from a leader for a random time between these two. The range is wide
    /// compared with the time that a message takes, so two followers rarely campaign at once.
    /// </summary>
    public static readonly TimeSpan MinimumElectionTimeout = TimeSpan.FromMilliseconds(300);
    public static readonly TimeSpan MaximumElectionTimeout = TimeSpan.FromMilliseconds(900);

    private volatile TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="network">The network that connects the replicas.</param>
    /// <param name="logLevel">The least important level that they log.</param>
    /// <param name="data">The folder with their folders; null to keep their logs in memory.</param>
    public Cluster(InProcessNetwork network, LogLevel logLevel, string? data)
    {
        Network = network;
        Data = data;
        Replicas =
        [
            .. Members.Select(id => new Replica(new NodeId(id), network, logLevel, data is null ? null : Path.Combine(data, id))),
        ];
    }

    /// <summary>The folder with the folders of the replicas; null if their logs are in memory.</summary>
    public string? Data { get; }

    /// <summary>Its links can be cut and healed. The nodes only notice that no messages arrive.</summary>
    public InProcessNetwork Network { get; }

    public string TransportName => Network.GetType().Name;

    public LeaderRecord LeaderRecord { get; } = new();

    public IReadOnlyList<Replica> Replicas { get; }

    public IEnumerable<Replica> Running => Replicas.Where(static replica => replica.IsRunning);

    /// <summary>All replicas except one.</summary>
    public IEnumerable<Replica> Except(Replica one) => Replicas.Where(replica => replica != one);

    public async Task StartAllAsync()
    {
        foreach (Replica replica in Replicas)
        {
            await StartAsync(replica);
        }
    }

    public async Task StartAsync(Replica replica)
    {
        await replica.StartAsync();
        _ = FollowAsync(replica.Running);
    }

    /// <summary>
    /// Ends a node without any word to the others: no message leaves it any more, and from outside that is a crash. Its log store
    /// remains.
    /// </summary>
    public async Task CrashAsync(Replica replica)
    {
        Network.Isolate(replica.Id);
        await replica.StopAsync();
        Network.Rejoin(replica.Id);
    }

    public async Task StopAllAsync()
    {
        foreach (Replica replica in Running.ToList())
        {
            await replica.StopAsync();
        }
    }

    /// <summary>Waits until the status of any node changes.</summary>
    public Task WaitForChangeAsync(CancellationToken cancellationToken) => _changed.Task.WaitAsync(cancellationToken);

    /// <summary>Waits until a status of a running node satisfies a condition.</summary>
    public static async Task<RaftStatus> WaitAsync(
        Replica replica, Func<RaftStatus, bool> condition, string what, CancellationToken cancellationToken = default)
    {
        RaftNode node = replica.Running;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeLimit);
        try
        {
            // The first status is returned at once, so a condition that holds already is not missed. Each later one follows a change.
            await foreach (RaftStatus status in node.WatchAsync(limit.Token))
            {
                if (condition(status))
                {
                    return status;
                }

                if (status.Failure is { } failure)
                {
                    throw new NodeFailedException($"{replica.Id} has failed: {failure.Message}", failure);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // reported below
        }

        string current = $"Status of {replica.Id}: {node.Status.Explanation}.";
        throw new TimeoutException($"{what} did not happen within {TimeLimit.TotalSeconds:0} s. {current}");
    }

    /// <summary>Waits for a node that leads a later term than a given one. It accepts proposals, as far as it knows.</summary>
    public async Task<(Replica Leader, RaftStatus Status)> WaitForLeaderAsync(long afterTerm = 0)
    {
        if (!Running.Any())
        {
            throw new InvalidOperationException("No node runs. Start one first.");
        }

        using CancellationTokenSource found = new();
        var waits = Running
            .Select(async replica => (Leader: replica, Status: await WaitAsync(
                replica, status => status.Role == RaftRole.Leader && status.Term > afterTerm, "The election of a leader", found.Token)))
            .ToList();
        try
        {
            await Task.WhenAny(waits);

            // A leader that was cut off still considers itself leader for a while, so the latest term counts.
            var leaders = waits.Where(static wait => wait.IsCompletedSuccessfully).Select(static wait => wait.Result).ToList();
            return leaders.Count > 0 ? leaders.MaxBy(static leader => leader.Status.Term) : await waits[0]; // throws
        }
        finally
        {
            await found.CancelAsync();
        }
    }

    /// <summary>Waits until a node has applied all entries of the leader's log.</summary>
    public async Task<RaftStatus> CatchUpAsync(Replica replica)
    {
        (_, RaftStatus leader) = await WaitForLeaderAsync();
        return await WaitAsync(
            replica,
            status => status.Leader is not null && status.AppliedIndex >= leader.LastIndex && status.AppliedIndex == status.LastIndex,
            $"{replica.Id} catching up");
    }

    /// <summary>Follows a node's status until it stops, and records each leader that it knows.</summary>
    private async Task FollowAsync(RaftNode node)
    {
        await foreach (RaftStatus status in node.WatchAsync())
        {
            if (status.Leader is { } leader)
            {
                LeaderRecord.Note(status.Term, leader);
            }

            Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
            if (status.Lifecycle is NodeLifecycle.Stopped or NodeLifecycle.Failed)
            {
                return;
            }
        }
    }
}
