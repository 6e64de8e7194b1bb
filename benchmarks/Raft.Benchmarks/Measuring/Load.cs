namespace Raft.Benchmarks.Measuring;

/// <summary>How hard to work: so many proposers, each of which waits for its result before it proposes again.</summary>
internal readonly record struct LoadCase(int Proposers, int PayloadBytes)
{
    private const int ArrayHeader = 24;

    /// <summary>What the array of one payload takes on the heap.</summary>
    public int PayloadAllocation => ArrayHeader + ((PayloadBytes + 7) / 8 * 8);

    public override string ToString() => $"{Proposers} x {PayloadBytes} B";
}

/// <summary>Directs the proposers of one run.</summary>
internal sealed class Load
{
    private volatile bool _isMeasured;
    private volatile bool _hasEnded;

    /// <summary>Whether what happens now is measured.</summary>
    public bool IsMeasured => _isMeasured;

    /// <summary>Whether the proposers must stop.</summary>
    public bool HasEnded => _hasEnded;

    public void BeginMeasuring() => _isMeasured = true;

    public void EndMeasuring() => _isMeasured = false;

    public void End() => _hasEnded = true;
}
