namespace Raft.Testing;

/// <summary>One thing that a contract demands.</summary>
/// <param name="Name">The name of the method that checks it.</param>
/// <param name="Rule">What it demands, in a sentence.</param>
internal sealed record ContractClause(string Name, string Rule);
