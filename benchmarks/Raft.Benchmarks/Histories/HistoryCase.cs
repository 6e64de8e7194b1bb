namespace Raft.Benchmarks.Histories;

/// <summary>A history that is checked.</summary>
/// <param name="Operations">How many operations: half of them write, half of them read.</param>
/// <param name="Keys">How many registers they concern.</param>
/// <param name="Clients">How many clients, each of which does one thing after the other.</param>
/// <param name="UnknownRate">What share of the operations receives no answer.</param>
/// <param name="HasFault">Whether the last read sees what nobody wrote.</param>
internal sealed record HistoryCase(int Operations, int Keys, int Clients, double UnknownRate, bool HasFault = false);
