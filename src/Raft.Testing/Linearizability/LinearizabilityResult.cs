namespace Raft.Testing;

/// <summary>What a check of a history has found.</summary>
public enum LinearizabilityVerdict
{
    /// <summary>There is an order that explains everything that was seen.</summary>
    Linearizable,

    /// <summary>There is none.</summary>
    NotLinearizable,

    /// <summary>The limit was reached before one was found, or excluded.</summary>
    Undecided,
}

/// <summary>What a check of a history has found, and how far it came.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Explanation">For people: the operations around which no order can be found, or the limit that was reached.</param>
/// <param name="Steps">How many steps were tried, in all parts together.</param>
public sealed record LinearizabilityResult(LinearizabilityVerdict Verdict, string Explanation, long Steps)
{
    /// <summary>Throws unless the history is linearizable.</summary>
    /// <exception cref="SimulationException">It is not, or the check did not end.</exception>
    public void ThrowUnlessLinearizable()
    {
        if (Verdict != LinearizabilityVerdict.Linearizable)
        {
            throw new SimulationException(Explanation);
        }
    }
}
