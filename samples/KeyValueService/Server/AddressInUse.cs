using System.Net.Sockets;

namespace KeyValueService.Server;

/// <summary>A node cannot listen, because another program listens at its address.</summary>
internal static class AddressInUse
{
    /// <summary>The exit code of a process in that case.</summary>
    public const int ExitCode = 3;

    /// <summary>Whether that is the cause of an exception.</summary>
    public static bool IsCauseOf(Exception? exception) =>
        exception is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
        || (exception is not null && IsCauseOf(exception.InnerException));
}
