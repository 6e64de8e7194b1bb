namespace Raft;

/// <summary>What all lives of a node share: a node that runs again keeps it.</summary>
/// <param name="Settings">Its options and ports.</param>
/// <param name="Sources">The pools of everything that can be awaited.</param>
/// <param name="Board">Its published status.</param>
/// <param name="Leadership">The token of its current leadership.</param>
/// <param name="Work">The work that runs only while it leads.</param>
/// <param name="Metrics">Its measurements; null if they are not collected.</param>
/// <param name="Logger">Its log messages; null if there is no log.</param>
internal sealed record NodeShared(
    NodeSettings Settings,
    NodeSources Sources,
    StatusBoard Board,
    LeadershipToken Leadership,
    LeaderWork Work,
    NodeMetrics? Metrics,
    NodeLogger? Logger);
