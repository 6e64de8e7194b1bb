namespace Raft.Storage.Files;

/// <summary>What the segments of a folder hold.</summary>
internal sealed class RecoveredLog
{
    /// <summary>What the groups that are proven to have been synced add up to.</summary>
    public LogContent Content { get; } = new();

    /// <summary>Where their entries are.</summary>
    public LogIndex Index { get; } = new();

    /// <summary>The segments that hold them, the oldest first.</summary>
    public List<SegmentFile> Segments { get; } = [];

    /// <summary>Where the last of them ends; null if there is none.</summary>
    public SegmentEnd? End { get; set; }

    /// <summary>
    /// The last valid group. Nothing after it proves that it was synced, so it must be written again. Null in a new folder.
    /// </summary>
    public Group? Last { get; set; }

    /// <summary>The store and the opening that wrote the last segment; null in a new folder.</summary>
    public StoreIdentity? Store { get; set; }

    /// <summary>The number of the next segment.</summary>
    public long NextNumber { get; set; } = 1;

    /// <summary>Segments that count for nothing, to be removed once the next one is durable.</summary>
    public List<string> Obsolete { get; } = [];

    /// <summary>The torn write that was cut off; null if there was none.</summary>
    public string? Torn { get; set; }

    /// <summary>Closes the segments.</summary>
    public void Close()
    {
        foreach (SegmentFile segment in Segments)
        {
            segment.Release();
        }
    }
}
