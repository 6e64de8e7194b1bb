namespace Raft;

/// <summary>What became of a proposal: it is committed, applied, and will not be lost.</summary>
/// <param name="Index">Its index in the log.</param>
/// <param name="Term">The term in which it was appended.</param>
/// <param name="Result">The state machine's result, encoded; empty if it gave none.</param>
public readonly record struct Committed(long Index, long Term, ReadOnlyMemory<byte> Result);
