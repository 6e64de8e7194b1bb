namespace Raft;

/// <summary>A waiting proposer: the source of its result, and the number of the use of the source.</summary>
internal readonly record struct PendingCaller(CompletionSource? Source, uint Generation);
