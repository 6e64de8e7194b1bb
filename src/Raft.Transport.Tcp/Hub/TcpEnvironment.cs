namespace Raft.Transport.Tcp;

/// <summary>What the transport depends on. A simulation replaces all of it.</summary>
internal sealed record TcpEnvironment
{
    public INetwork Network { get; init; } = new SocketNetwork();

    public IClock Clock { get; init; } = SystemClock.Shared;

    public IScheduler Scheduler { get; init; } = PoolScheduler.Shared;

    /// <summary>The identity of the process.</summary>
    public Guid Process { get; init; } = Guid.NewGuid();

    /// <summary>The seed of the jitter between attempts; null: from the identity.</summary>
    public int? Seed { get; init; }

    /// <summary>The versions of the protocol.</summary>
    public VersionRange Versions { get; init; } = VersionRange.Supported;
}
