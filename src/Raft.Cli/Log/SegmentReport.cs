namespace Raft.Cli.Log;

/// <summary>A file with the name of a segment.</summary>
/// <param name="File">Its name.</param>
/// <param name="Bytes">Its size.</param>
internal sealed record SegmentReport(string File, long Bytes)
{
    /// <summary>What the file is to the log.</summary>
    public SegmentUse Use { get; set; } = SegmentUse.Obsolete;

    /// <summary>The opening of the store that wrote it.</summary>
    public long Opening { get; set; }

    /// <summary>The number of valid groups.</summary>
    public int Groups { get; set; }

    /// <summary>The smallest index of an entry; 0 if there is none.</summary>
    public long First { get; set; }

    /// <summary>The largest index of an entry.</summary>
    public long Last { get; set; }
}

/// <summary>What a file is to the log.</summary>
internal enum SegmentUse
{
    /// <summary>The log no longer needs it. The next opening removes it.</summary>
    Obsolete,

    /// <summary>It is part of the log.</summary>
    InLog,

    /// <summary>It has no valid first group, so it is not a segment yet.</summary>
    Prepared,

    /// <summary>Its beginning is damaged.</summary>
    Damaged,
}
