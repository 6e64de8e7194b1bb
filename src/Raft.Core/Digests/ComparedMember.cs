namespace Raft;

/// <summary>What a leader knows of the digests of a member, since the member's start and in the leader's own term.</summary>
internal sealed class ComparedMember(NodeId node)
{
    private StoreIdentity? _store;
    private StateDivergence? _found; // until its state is found to be that of a majority there or later
    private bool _isOfThisRun; // whether that difference was found since it has started

    /// <summary>The member.</summary>
    public NodeId Node => node;

    /// <summary>The number that the member's run has given itself, which its answers repeat; 0 before its first report.</summary>
    public long Run { get; private set; }

    /// <summary>The last index at which its state was that of a majority; 0 if none is known.</summary>
    public long AgreedIndex { get; private set; }

    /// <summary>The last index of which it has reported a digest that cannot be compared any more.</summary>
    public long SkippedIndex { get; private set; }

    /// <summary>
    /// The first index at which its state was found to differ, until it is found to be that of a majority there or later; 0 if it does not.
    /// </summary>
    public long DifferingIndex => _found?.DifferingIndex ?? 0;

    /// <summary>Whether its state was found to differ from that of a majority, and not to be the right one since.</summary>
    public bool IsInMinority => _found is { HasMajority: true };

    /// <summary>The difference, as it concerns this member; null if there is none, or if the member has started since.</summary>
    public StateDivergence? Difference => _isOfThisRun ? _found : null;

    /// <summary>Whether its state was found to be that of a majority after it had differed.</summary>
    public bool HasRecovered => DifferingIndex > 0 && AgreedIndex >= DifferingIndex;

    /// <summary>Whether it is to be answered at the end of this pass.</summary>
    public bool AwaitsAnswer { get; set; }

    /// <summary>Whether its state has been the right one again since it was last answered.</summary>
    public bool AwaitsEnd { get; private set; }

    /// <summary>
    /// Whether its difference at an index is known, and reported. A difference without a majority adds nothing to one from a majority, at
    /// no index.
    /// </summary>
    /// <param name="index">The index.</param>
    /// <param name="hasMajority">Whether a majority has one state there.</param>
    public bool IsKnownToDifferAt(long index, bool hasMajority) => Difference is { } known
        && (known.HasMajority == hasMajority ? known.DifferingIndex <= index : known.HasMajority);

    /// <summary>Whether a report comes from an earlier run of the member than what was received before.</summary>
    public bool IsOutdated(StateDigestMessage report) =>
        _store is { } known && report.Origin.Store is { } store && store.Id == known.Id && store.Opening < known.Opening;

    /// <summary>The member has reported.</summary>
    /// <returns>
    /// Whether it has started since its last report: its state is another one then, and nothing that it has reported counts any more.
    /// </returns>
    public bool BeginRun(StateDigestMessage report)
    {
        bool isSame = Run == report.Correlation && _store == report.Origin.Store;
        bool isFirst = Run == 0 && _store is null;
        (Run, _store) = (report.Correlation, report.Origin.Store);
        if (isSame || isFirst)
        {
            return false;
        }

        (AgreedIndex, SkippedIndex, _isOfThisRun) = (0, 0, false);
        return true;
    }

    /// <summary>Its state was that of a majority at an index.</summary>
    public void Agree(long index) => AgreedIndex = Math.Max(AgreedIndex, index);

    /// <summary>It has reported a digest that cannot be compared.</summary>
    public void Skip(long index) => SkippedIndex = Math.Max(SkippedIndex, index);

    /// <summary>Its state differs.</summary>
    public void Differ(StateDivergence difference)
    {
        (_found, _isOfThisRun) = (difference, true);
        AwaitsAnswer = true;
    }

    /// <summary>What was known of a difference is over.</summary>
    public void EndDifference()
    {
        AwaitsEnd |= Difference is { } known && AgreedIndex >= known.DifferingIndex; // otherwise it could not believe it
        _found = null;
    }

    /// <summary>It is answered, or cannot be.</summary>
    /// <returns>Whether there is anything to answer.</returns>
    public bool EndWait()
    {
        bool waits = AwaitsAnswer || AwaitsEnd;
        (AwaitsAnswer, AwaitsEnd) = (false, false);
        return waits;
    }
}
