namespace Raft.Storage.Files;

/// <summary>
/// The calls of a file system that the storage depends on, so that a simulated disk can take its place and lose, tear and damage what a
/// real one may.
/// </summary>
/// <remarks>
/// All members block, and may be called on any thread. They throw <see cref="IOException"/>. Nothing survives a loss of power before it is
/// synced: neither the bytes of a file, nor the name of a file that was created, renamed or deleted.
/// </remarks>
internal interface IFileSystem
{
    /// <summary>
    /// Creates a folder and those above it, unless they exist, and makes their names durable. What it has created it removes again if that
    /// fails: a later sync would not write the names.
    /// </summary>
    void CreateDirectory(string path);

    /// <summary>The names of the files in a folder, in ordinal order.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Creates an empty file, which must not exist.</summary>
    IDiskFile Create(string path);

    /// <summary>Opens a file for reading and writing.</summary>
    IDiskFile Open(string path);

    /// <summary>Opens a file for reading.</summary>
    IDiskFile OpenRead(string path);

    /// <summary>Renames a file, and replaces the one that has the name already.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file. An open file can still be read.</summary>
    void Delete(string path);

    /// <summary>Makes the names of the files in a folder durable.</summary>
    void SyncDirectory(string path);

    /// <summary>Keeps other processes, and other stores of this one, out of a folder until the result is disposed.</summary>
    /// <param name="path">The file to lock, which is created if it does not exist.</param>
    /// <exception cref="IOException">It is locked. The message names the process that holds it.</exception>
    IDisposable Lock(string path);
}

/// <summary>An open file.</summary>
internal interface IDiskFile : IDisposable
{
    /// <summary>The length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads at an offset.</summary>
    /// <returns>The number of bytes: fewer than asked for only at the end of the file.</returns>
    int Read(long offset, Span<byte> buffer);

    /// <summary>Writes all bytes at an offset, and makes the file longer if they end after it.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Cuts the file, or makes it longer with zeros.</summary>
    void SetLength(long length);

    /// <summary>
    /// Makes the bytes and the length durable. After a failure the content is unknown: a later call may succeed although the bytes are
    /// lost, and what is read until then may come from memory.
    /// </summary>
    void Sync();
}
