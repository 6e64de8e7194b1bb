using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Raft;

/// <summary>
/// Checks whether nodes are ready: each node runs, knows a leader, and its state machine does not lag far behind the committed entries.
/// The description contains the explanation of each status.
/// </summary>
internal sealed class RaftHealthCheck(
    NodeDirectory directory, IServiceProvider provider, string? nodeName, long maximumApplyLag) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        IEnumerable<NodeRegistration> registrations =
            nodeName is null && directory.Nodes.Count > 0 ? directory.Nodes : [directory.Find(nodeName)];
        NamedStatus[] statuses = [.. registrations.Select(StatusOf)];
        NamedStatus[] unready = [.. statuses.Where(node => !IsReady(node.Status))];
        string description = string.Join("; ", (unready.Length > 0 ? unready : statuses).Select(Describe));
        SortedDictionary<string, object> data = new(StringComparer.Ordinal);
        foreach (NamedStatus node in statuses)
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
    private NamedStatus StatusOf(NodeRegistration registration)
    {
        RaftStatus status = registration.Get<RaftNode>(provider).Status;
        return new NamedStatus(registration.Name ?? status.NodeId.Value, status);
    }

    private bool IsReady(RaftStatus status) =>
        !status.HasEnded && status.Leader is not null && !IsBehind(status);

    private bool IsBehind(RaftStatus status) => status.CommitIndex - status.AppliedIndex > maximumApplyLag;

    private string Describe(NamedStatus node) => IsBehind(node.Status)
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{node.Name}: {node.Status.Explanation}; {node.Status.CommitIndex - node.Status.AppliedIndex} committed entries "
            + $"wait for the state machine, more than {maximumApplyLag}")
        : $"{node.Name}: {node.Status.Explanation}";

    private static void AddData(NamedStatus node, SortedDictionary<string, object> data)
    {
        data[$"{node.Name}.role"] = node.Status.Role.ToString();
        data[$"{node.Name}.term"] = node.Status.Term;
        data[$"{node.Name}.leader"] = node.Status.Leader?.Value ?? "unknown";
        data[$"{node.Name}.committed"] = node.Status.CommitIndex;
        data[$"{node.Name}.applied"] = node.Status.AppliedIndex;
        if (node.Status.SetupProblems.Count > 0)
        {
            data[$"{node.Name}.setup"] = string.Join("; ", node.Status.SetupProblems);
        }
    }

    private readonly record struct NamedStatus(string Name, RaftStatus Status);
}
