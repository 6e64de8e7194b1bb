using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Raft;

/// <summary>
/// Whether nodes are ready: each runs, knows a leader, and its state machine is not far behind what is committed. The
/// description is the status' own explanation.
/// </summary>
internal sealed class RaftHealthCheck(NodeDirectory directory, IServiceProvider provider, string? nodeName, long maximumApplyLag) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        IEnumerable<NodeRegistration> registrations = nodeName is null ? directory.Nodes : [directory.Find(nodeName)];
        RaftStatus[] statuses = [.. registrations.Select(registration => registration.Get<RaftNode>(provider).Status)];
        RaftStatus[] unready = [.. statuses.Where(status => !IsReady(status))];
        string description = string.Join("; ", (unready.Length > 0 ? unready : statuses).Select(Describe));
        SortedDictionary<string, object> data = new(StringComparer.Ordinal);
        foreach (RaftStatus status in statuses)
        {
            AddData(status, data);
        }

        return Task.FromResult(new HealthCheckResult(
            unready.Length == 0 ? HealthStatus.Healthy : context.Registration.FailureStatus,
            description,
            unready.Select(static status => status.Failure).FirstOrDefault(static failure => failure is not null),
            data));
    }

    private bool IsReady(RaftStatus status) =>
        status.Role is not (RaftRole.Stopped or RaftRole.Failed) && status.Leader is not null && !IsBehind(status);

    private bool IsBehind(RaftStatus status) => status.CommitIndex - status.AppliedIndex > maximumApplyLag;

    private string Describe(RaftStatus status) => IsBehind(status)
        ? string.Create(CultureInfo.InvariantCulture, $"{status.NodeId} {status.Explanation}; {status.CommitIndex - status.AppliedIndex} committed entries wait for the state machine, more than {maximumApplyLag}")
        : $"{status.NodeId} {status.Explanation}";

    private static void AddData(RaftStatus status, SortedDictionary<string, object> data)
    {
        data[$"{status.NodeId}.role"] = status.Role.ToString();
        data[$"{status.NodeId}.term"] = status.Term;
        data[$"{status.NodeId}.leader"] = status.Leader?.Value ?? "unknown";
        data[$"{status.NodeId}.committed"] = status.CommitIndex;
        data[$"{status.NodeId}.applied"] = status.AppliedIndex;
    }
}
