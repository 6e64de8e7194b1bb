using Raft;

namespace KeyValueService;

/// <summary>The status of a node, as JSON.</summary>
internal sealed record NodeView(
    string Node,
    string Role,
    long Term,
    string? Leader,
    long CommitIndex,
    long AppliedIndex,
    IReadOnlyList<string> Reachable,
    string Explanation,
    int Process)
{
    public static NodeView Of(RaftStatus status) => new(
        status.NodeId.Value,
        status.Role.ToString(),
        status.Term,
        status.Leader?.Value,
        status.CommitIndex,
        status.AppliedIndex,
        [.. status.Reachable.Select(static member => member.Id)],
        status.Explanation,
        Environment.ProcessId);
}
