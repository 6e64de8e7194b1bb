using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Raft.Storage.Files;

/// <summary>A locked file that names its holder. The operating system releases the lock when the process ends, however it ends.</summary>
internal static class FolderLock
{
    /// <summary>The name of the file in the folder of a node.</summary>
    public const string FileName = "lock";

    private const string Unnamed = "a process that has not written its id yet";
    private const int LongestHolder = 1_024;

    /// <summary>Locks a file, and writes the process id and the machine name into it.</summary>
    /// <exception cref="IOException">It is locked. The message names the holder.</exception>
    public static IDisposable Take(DiskPlatform platform, string path)
    {
        SafeFileHandle? file = platform.TryLock(path);
        if (file is null)
        {
            throw Refused(platform, path);
        }

        try
        {
            byte[] holder = Encoding.UTF8.GetBytes(
                string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}\n"));
            RandomAccess.SetLength(file, 0);
            RandomAccess.Write(file, holder, 0);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Finds out who holds the lock, without creating or writing the file.</summary>
    /// <returns>The process id and the machine name; null if the lock is free.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string? FindHolder(DiskPlatform platform, string path) =>
        !File.Exists(path) || !platform.IsLocked(path) ? null
        : ReadHolder(platform, path) is { Length: > 0 } holder ? holder
        : Unnamed;

    private static IOException Refused(DiskPlatform platform, string path)
    {
        string holder = ReadHolder(platform, path);
        string own = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName}");
        string who = holder.Length == 0 ? Unnamed
            : holder == own ? $"another store of this process ({holder})"
            : holder;
        return new IOException(
            $"The folder '{Path.GetDirectoryName(path)}' is in use by {who}, which holds the lock on '{path}'. "
            + "Stop it, or give this node another folder: each node needs one of its own.");
    }

    private static string ReadHolder(DiskPlatform platform, string path)
    {
        try
        {
            using SafeFileHandle file = platform.OpenLocked(path);
            Span<byte> holder = stackalloc byte[LongestHolder];
            return Encoding.UTF8.GetString(holder[..RandomAccess.Read(file, holder, 0)]).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return ""; // the lock may have been released in the meantime
        }
    }
}
