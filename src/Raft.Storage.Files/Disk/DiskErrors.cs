using System.Runtime.InteropServices;

namespace Raft.Storage.Files;

/// <summary>Turns errors of the operating system and of the runtime into the exceptions that <see cref="IFileSystem"/> documents.</summary>
internal static class DiskErrors
{
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>The exception for the last error of a function of the operating system.</summary>
    /// <param name="operation">What was tried, as in "syncing".</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="error">The error code: errno, or the last error of Windows.</param>
    public static IOException Create(string operation, string path, int error)
    {
        string reason = Marshal.GetPInvokeErrorMessage(error);
        int result = OperatingSystem.IsWindows() ? unchecked((int)0x80070000) | error : error; // as the runtime does
        IOException exception = new($"{operation} '{path}' failed: {reason} (error {error}).", result);
        return IsDiskFull(exception) ? new DiskFullException(path, exception) : exception;
    }

    /// <summary>Calls a method of the runtime, and converts its exceptions.</summary>
    public static T Convert<T>(string path, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (UnauthorizedAccessException exception)
        {
            throw Denied(exception);
        }
        catch (IOException exception) when (IsDiskFull(exception))
        {
            throw new DiskFullException(path, exception);
        }
    }

    /// <summary>Calls a method of the runtime, and converts its exceptions.</summary>
    public static void Convert(string path, Action call) => Convert(path, () =>
    {
        call();
        return true;
    });

    /// <summary>Whether the disk or a quota has no space left.</summary>
    public static bool IsDiskFull(IOException exception) => OperatingSystem.IsWindows()
        ? exception.HResult is WindowsDiskFull or WindowsHandleDiskFull
        : exception.HResult is Libc.NoSpace || exception.HResult == Libc.QuotaExceeded;

    /// <summary>The runtime reports a denied access by an exception that is not an <see cref="IOException"/>.</summary>
    public static IOException Denied(UnauthorizedAccessException exception) => new(exception.Message, exception);
}
