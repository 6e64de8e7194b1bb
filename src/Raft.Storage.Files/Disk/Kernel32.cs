using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Raft.Storage.Files;

/// <summary>The functions of Windows that .NET does not offer. They were compiled, but have not been run.</summary>
internal static partial class Kernel32
{
    private const string Library = "kernel32";
    private const uint ReplaceExisting = 1; // MOVEFILE_REPLACE_EXISTING
    private const uint WriteThrough = 8; // MOVEFILE_WRITE_THROUGH

    /// <summary>Makes the bytes of a file durable, and its length and name.</summary>
    public static void Flush(SafeFileHandle file, string path)
    {
        if (!FlushFileBuffers(file))
        {
            throw DiskErrors.Create("Syncing", path, Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Renames a file, and returns when the new name is on the disk.</summary>
    public static void Move(string from, string to)
    {
        if (!MoveFile(from, to, ReplaceExisting | WriteThrough))
        {
            throw DiskErrors.Create("Renaming", from, Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport(Library, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool FlushFileBuffers(SafeFileHandle file);

    [LibraryImport(Library, EntryPoint = "MoveFileExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool MoveFile(string from, string to, uint flags);
}
