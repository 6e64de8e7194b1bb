using System.Net.Sockets;

namespace Raft.Transport.Tcp;

/// <summary>
/// Bounds what the operating system takes before it can send it. Otherwise a heartbeat would wait there for megabytes of entries on a slow
/// connection, where nothing can be dropped or overtaken.
/// </summary>
internal static class UnsentBytes
{
    private const int Maximum = 256 * 1_024;
    private const int TcpLevel = 6; // IPPROTO_TCP
    private const int NotSentLowWaterOnLinux = 25; // TCP_NOTSENT_LOWAT
    private const int NotSentLowWaterOnMacOS = 0x201;

    public static void Limit(Socket socket)
    {
        int option = OperatingSystem.IsLinux() ? NotSentLowWaterOnLinux : OperatingSystem.IsMacOS() ? NotSentLowWaterOnMacOS : 0;
        if (option == 0)
        {
            return; // Windows has no such option
        }

        try
        {
            socket.SetRawSocketOption(TcpLevel, option, BitConverter.GetBytes(Maximum));
        }
        catch (SocketException)
        {
            // a system without it works, with longer delays on slow connections
        }
    }
}
