using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Raft;

/// <summary>Adds the health of Raft nodes to a host's health checks.</summary>
public static class RaftHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a readiness check: the nodes run, know a leader, have caught up since their start, and make progress; neither their state
    /// machines nor their log stores hang. Do not use it as a liveness check: a node without a leader waits for other nodes, and a restart
    /// does not help.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="nodeName">
    /// The name of the node to check. Null (the default): all nodes of the host. An unknown name makes each check fail.
    /// </param>
    /// <param name="name">The name of the check. Default <c>raft</c>.</param>
    /// <param name="failureStatus">The status that a failed check reports. Null (the default): unhealthy.</param>
    /// <param name="tags">Tags to filter by, such as <c>ready</c>. None by default.</param>
    /// <param name="maximumApplyLag">
    /// How many entries that the node or its leader knows to be committed may wait for the state machine for longer than a second; 0 or
    /// more, default 10,000.
    /// </param>
    /// <param name="maximumLag">
    /// How long a node may lag (<see cref="RaftStatus.Lag"/>): not apply something that is known to be committed, or have a caller
    /// that waits for a commitment. Above zero. Null (the default): the <see cref="RaftNodeOptions.HangTimeout"/> of the node.
    /// </param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="maximumApplyLag"/> is negative, or <paramref name="maximumLag"/> is not above zero.
    /// </exception>
    public static IHealthChecksBuilder AddRaftHealthCheck(
        this IHealthChecksBuilder builder,
        string? nodeName = null,
        string name = "raft",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        long maximumApplyLag = 10_000,
        TimeSpan? maximumLag = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentOutOfRangeException.ThrowIfNegative(maximumApplyLag);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(maximumLag ?? TimeSpan.MaxValue, TimeSpan.Zero, nameof(maximumLag));
        ReadinessLimits limits = new(maximumApplyLag, maximumLag);
        NodeDirectory directory = NodeDirectory.Of(builder.Services);
        return builder.Add(new HealthCheckRegistration(
            name, provider => new RaftHealthCheck(directory, provider, nodeName, limits), failureStatus, tags));
    }
}
