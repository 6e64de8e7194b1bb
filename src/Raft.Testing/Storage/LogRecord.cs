namespace Raft.Testing;

/// <summary>What a log store may hold: what it has acknowledged, and any number of the calls under way, in order.</summary>
/// <param name="Durable">What it has acknowledged.</param>
/// <param name="UnderWay">The calls that it has not.</param>
/// <param name="Identity">The store as it was last opened; null if it is unknown or another one now.</param>
internal sealed record LogRecord(LogImage Durable, IReadOnlyList<LogOperation> UnderWay, StoreIdentity? Identity)
{
    /// <summary>That of an empty disk.</summary>
    public static LogRecord Blank => new(new LogImage(), [], Identity: null);

    /// <summary>The largest index that the log may reach.</summary>
    public long LargestIndex()
    {
        LogImage image = Durable.Copy();
        long largest = image.Entries.LastIndex;
        foreach (LogOperation operation in UnderWay)
        {
            operation.ApplyTo(image);
            largest = Math.Max(largest, image.Entries.LastIndex);
        }

        return largest;
    }
}
