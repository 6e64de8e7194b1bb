namespace Raft.Testing;

/// <summary>An implementation has broken a clause of a contract. The message says which clause, what was done and what was seen.</summary>
public sealed class ContractBrokenException : Exception
{
    /// <summary>Makes an exception that names no clause.</summary>
    public ContractBrokenException()
        : this("A contract is broken.")
    {
    }

    /// <summary>Makes an exception that names no clause.</summary>
    /// <param name="message">What was done and what was seen.</param>
    public ContractBrokenException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception that names no clause.</summary>
    /// <param name="message">What was done and what was seen.</param>
    /// <param name="innerException">What the implementation threw.</param>
    public ContractBrokenException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal ContractBrokenException(string contract, ContractClause clause, string done, string seen, Exception? innerException)
        : base(
            $"{contract}.{clause.Name} is broken: {clause.Rule}{Environment.NewLine}Done: {done}.{Environment.NewLine}Seen: "
                + $"{seen}", innerException) => Clause = clause.Name;

    /// <summary>The name of the clause; empty if none is named.</summary>
    public string Clause { get; } = string.Empty;
}
