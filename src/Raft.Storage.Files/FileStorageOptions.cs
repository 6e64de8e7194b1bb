namespace Raft;

/// <summary>The options of a file storage.</summary>
public sealed class FileStorageOptions
{
    private const int Kibibyte = 1_024;
    private const int SmallestSegment = 64 * Kibibyte;
    private const int LargestSegment = 1_024 * Kibibyte * Kibibyte;

    /// <summary>
    /// Gets or sets the size of the files that the log is divided into, in bytes: 64 KiB to 1 GiB, default 16 MiB. Each file is allocated
    /// in full before it is used, and one more is prepared ahead. The log gives space back in whole files. An existing log keeps the sizes
    /// of its files.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int SegmentBytes
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, SmallestSegment);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, LargestSegment);
            field = value;
        }
    } = 16 * Kibibyte * Kibibyte;
}
