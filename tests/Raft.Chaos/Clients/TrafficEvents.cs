namespace Raft.Chaos;

/// <summary>What clients report while they run. Called on any thread.</summary>
/// <param name="Acknowledged">A node has acknowledged a command.</param>
/// <param name="Read">A node has answered a linearizable read.</param>
/// <param name="Complete">The history of a register is complete.</param>
/// <param name="Wrong">A server has answered what it must never answer.</param>
internal sealed record TrafficEvents(Action<int> Acknowledged, Action<int> Read, Action<RegisterHistory> Complete, Action<string> Wrong);
