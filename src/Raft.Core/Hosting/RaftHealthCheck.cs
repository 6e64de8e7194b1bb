using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Raft;

/// <summary>
/// Checks whether nodes are ready: each node runs, knows a leader, and makes progress. The description contains the explanation of each
/// status, and what is missing.
/// </summary>
internal sealed class RaftHealthCheck(NodeDirectory directory, IServiceProvider provider, string? nodeName, ReadinessLimits limits)
    : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        IEnumerable<NodeRegistration> registrations =
            nodeName is null && directory.Nodes.Count > 0 ? directory.Nodes : [directory.Find(nodeName)];
        CheckedNode[] nodes = [.. registrations.Select(Check)];
        CheckedNode[] unready = [.. nodes.Where(static node => !node.Readiness.IsReady)];
        string description = string.Join("; ", (unready.Length > 0 ? unready : nodes).Select(static node => node.Describe()));
        SortedDictionary<string, object> data = new(StringComparer.Ordinal);
        foreach (CheckedNode node in nodes)
        {
            AddData(node, data);
        }

        return Task.FromResult(new HealthCheckResult(
            unready.Length == 0 ? HealthStatus.Healthy : context.Registration.FailureStatus,
            description,
            unready.Select(static node => node.Status.Failure).FirstOrDefault(static failure => failure is not null),
            data));
    }

    /// <summary>Uses the name of the node, if it has one: two clusters of a host may have nodes with the same id.</summary>
    private CheckedNode Check(NodeRegistration registration)
    {
        RaftNode node = registration.Get<RaftNode>(provider);
        RaftStatus status = node.Status;
        return new CheckedNode(registration.Name ?? status.NodeId.Value, status, Readiness.Of(status, limits, node.HangTimeout));
    }

    private static void AddData(CheckedNode node, SortedDictionary<string, object> data)
    {
        RaftStatus status = node.Status;
        data[$"{node.Name}.role"] = status.Role.ToString();
        data[$"{node.Name}.term"] = status.Term;
        data[$"{node.Name}.leader"] = status.Leader?.Value ?? "unknown";
        data[$"{node.Name}.committed"] = status.CommitIndex;
        data[$"{node.Name}.known_committed"] = status.KnownCommitIndex;
        data[$"{node.Name}.applied"] = status.AppliedIndex;
        data[$"{node.Name}.caught_up"] = status.HasCaughtUp;
        data[$"{node.Name}.lag"] = status.Lag;
        data[$"{node.Name}.hangs"] = string.Join("; ", status.Hangs);
        if (status.SetupProblems.Count > 0)
        {
            data[$"{node.Name}.setup"] = string.Join("; ", status.SetupProblems);
        }
    }

    private readonly record struct CheckedNode(string Name, RaftStatus Status, Readiness Readiness)
    {
        public string Describe() => $"{Name}: {Status.Explanation}{Readiness.Missing}";
    }
}
