using System.Globalization;

namespace Raft.Storage.Files;

/// <summary>A file could not be written because the disk, or the quota of the user, has no space left.</summary>
internal sealed class DiskFullException : IOException
{
    /// <summary>Creates an exception.</summary>
    /// <param name="path">The file that was written.</param>
    /// <param name="innerException">The error of the operating system, if there is one.</param>
    public DiskFullException(string path, Exception? innerException = null)
        : base(
            $"'{path}' could not be written because its disk is full. Free some space, and start the node if it has stopped.",
            innerException)
    {
        Path = path;
        if (innerException is not null)
        {
            HResult = innerException.HResult;
        }
    }

    /// <summary>Creates an exception that says how much is missing.</summary>
    /// <param name="path">The file that was written.</param>
    /// <param name="missingBytes">What could not be written.</param>
    /// <param name="innerException">The error of the operating system.</param>
    public DiskFullException(string path, long missingBytes, Exception innerException)
        : base(
            string.Create(
                CultureInfo.InvariantCulture,
                $"'{path}' could not be written because its disk is full: at least {missingBytes:N0} bytes more are needed. "
                    + $"Free some space, and start the node if it has stopped."),
            innerException)
    {
        Path = path;
        HResult = innerException.HResult;
    }

    /// <summary>The file that was written.</summary>
    public string Path { get; }
}
