using System.Globalization;

namespace Raft.Chaos;

/// <summary>The counts of a run.</summary>
internal sealed record Verdict
{
    public int Faults { get; init; }

    public long Acknowledged { get; init; }

    /// <summary>Linearizable reads that nodes have answered while faults struck.</summary>
    public long Reads { get; init; }

    /// <summary>How many linearizable reads the node has answered that has answered the fewest, those after all faults included.</summary>
    public long FewestReads { get; init; }

    /// <summary>Operations whose histories were checked.</summary>
    public long Checked { get; init; }

    /// <summary>Commands that were acknowledged and are in no state.</summary>
    public long Lost { get; init; }

    /// <summary>Commands that were applied more than once.</summary>
    public long Duplicated { get; init; }

    /// <summary>Registers whose history no order explains.</summary>
    public int Nonlinearizable { get; init; }

    /// <summary>Requests without an answer, although the connection is open.</summary>
    public int Hanging { get; init; }

    /// <summary>Anything else that was found.</summary>
    public int Others { get; init; }

    /// <summary>Whether nothing is wrong, although something was tried.</summary>
    public bool IsGood => Faults > 0 && Acknowledged > 0 && Reads > 0 && FewestReads > 0 && Checked > 0
        && Lost == 0 && Duplicated == 0 && Nonlinearizable == 0 && Hanging == 0 && Others == 0;

    /// <summary>The last line of a run.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"faults {Faults}, acknowledged {Acknowledged}, reads {Reads}, lost {Lost}, duplicated {Duplicated}, "
        + $"nonlinearizable {Nonlinearizable}, hanging {Hanging}");
}
