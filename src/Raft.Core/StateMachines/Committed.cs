namespace Raft;

/// <summary>The outcome of a proposal that is committed and applied. It will not be lost.</summary>
/// <param name="Index">Its index in the log.</param>
/// <param name="Term">The term in which it was appended.</param>
/// <param name="Result">The state machine's result, encoded; empty if there is none.</param>
public readonly record struct Committed(long Index, long Term, ReadOnlyMemory<byte> Result);
