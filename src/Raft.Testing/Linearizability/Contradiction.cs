namespace Raft.Testing;

/// <summary>The shortest part of a history that was found to contradict itself.</summary>
/// <param name="Operations">Its operations, as they began. No order explains their answers, whatever the others did.</param>
/// <param name="Order">The longest order of them that the model explains.</param>
/// <param name="Misfit">The operation that has no place after that order.</param>
/// <param name="Expected">What the model answers to it there, for people.</param>
internal sealed record Contradiction<TInput, TOutput>(
    IReadOnlyList<Operation<TInput, TOutput>> Operations,
    IReadOnlyList<Operation<TInput, TOutput>> Order,
    Operation<TInput, TOutput> Misfit,
    string Expected);
