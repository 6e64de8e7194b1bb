using System.Globalization;

namespace Raft.Storage.Files;

/// <summary>
/// The name of a snapshot's file: index and term with 20 digits each, so that the ordinal order of names is the order of snapshots.
/// </summary>
internal readonly record struct SnapshotName(long Index, long Term) : IComparable<SnapshotName>
{
    private const string Extension = ".snapshot";
    private const string TemporaryExtension = ".snapshot.tmp";
    private const string RenamedExtension = ".snapshot.renamed";
    private const int Digits = 20;

    /// <summary>The name of the committed file.</summary>
    public string File => string.Create(CultureInfo.InvariantCulture, $"{Index:D20}-{Term:D20}{Extension}");

    /// <summary>The name of the committed file for the moment in which its name is written again.</summary>
    public string RenamedFile => string.Create(CultureInfo.InvariantCulture, $"{Index:D20}-{Term:D20}{RenamedExtension}");

    /// <summary>The name of a file that is being written.</summary>
    /// <param name="number">Distinguishes the files of one process.</param>
    public string TemporaryFile(long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{Index:D20}-{Term:D20}.{number}{TemporaryExtension}");

    /// <summary>Whether a file was being written when its process ended, if it is not being written now.</summary>
    public static bool IsTemporary(string file) => file.EndsWith(TemporaryExtension, StringComparison.Ordinal);

    /// <summary>Reads the name of a committed file.</summary>
    /// <returns>False for any other file.</returns>
    public static bool TryParse(string file, out SnapshotName name) => TryParse(file, Extension, out name);

    /// <summary>Reads the name of a committed file that a crash has left renamed.</summary>
    /// <returns>False for any other file.</returns>
    public static bool TryParseRenamed(string file, out SnapshotName name) => TryParse(file, RenamedExtension, out name);

    /// <inheritdoc/>
    public int CompareTo(SnapshotName other) => Index != other.Index ? Index.CompareTo(other.Index) : Term.CompareTo(other.Term);

    private static bool TryParse(string file, string extension, out SnapshotName name)
    {
        name = default;
        if (file.Length != (2 * Digits) + 1 + extension.Length || file[Digits] != '-' || !file.EndsWith(extension, StringComparison.Ordinal)
            || !long.TryParse(file.AsSpan(0, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out long index)
            || !long.TryParse(file.AsSpan(Digits + 1, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out long term))
        {
            return false;
        }

        name = new SnapshotName(index, term);
        return true;
    }
}
