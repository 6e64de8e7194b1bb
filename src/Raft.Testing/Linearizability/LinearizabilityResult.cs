namespace Raft.Testing;

/// <summary>What a check of a history has found.</summary>
public enum LinearizabilityVerdict
{
    /// <summary>There is an order that explains everything that was seen.</summary>
    Linearizable,

    /// <summary>There is none.</summary>
    NotLinearizable,

    /// <summary>A limit was reached before one was found, or excluded. This says nothing about the history.</summary>
    Undecided,
}

/// <summary>What a check of a history has found. The operations are in <see cref="LinearizabilityResult{TInput,TOutput}"/>.</summary>
public abstract class LinearizabilityResult
{
    private protected LinearizabilityResult(LinearizabilityVerdict verdict, long steps)
    {
        Verdict = verdict;
        Steps = steps;
    }

    /// <summary>The verdict: of several keys, the worst, which is that one is not linearizable.</summary>
    public LinearizabilityVerdict Verdict { get; }

    /// <summary>
    /// For people: the operations around which no order can be found, or the limit that was reached, and what to do then. Its form may
    /// change.
    /// </summary>
    public abstract string Explanation { get; }

    /// <summary>How many steps were tried, in all parts together.</summary>
    public long Steps { get; }

    /// <summary>Throws unless the history is linearizable.</summary>
    /// <exception cref="SimulationException">It is not, or the check did not end.</exception>
    public void ThrowUnlessLinearizable()
    {
        if (Verdict != LinearizabilityVerdict.Linearizable)
        {
            throw new SimulationException(Explanation);
        }
    }

    /// <summary>The explanation.</summary>
    /// <returns>It.</returns>
    public override string ToString() => Explanation;
}
