using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Raft.Transport.Tcp;

/// <summary>A host and a port, such as <c>10.0.0.1:7001</c>, <c>[::1]:7001</c> or <c>n1.example.org:7001</c>.</summary>
internal sealed record TcpAddress(string Host, int Port)
{
    private static readonly SearchValues<char> NotInHosts = SearchValues.Create(" /[]@?#");

    /// <summary>Whether the host is this machine, as far as its name says.</summary>
    public bool IsLoopback =>
        string.Equals(Host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(Host, out IPAddress? ip) && IPAddress.IsLoopback(ip));

    public static bool TryParse(string? text, [NotNullWhen(true)] out TcpAddress? address)
    {
        address = null;
        int separator = text?.LastIndexOf(':') ?? -1;
        if (separator <= 0
            || !ushort.TryParse(text.AsSpan(separator + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port))
        {
            return false;
        }

        string host = text![..separator];
        if (host is ['[', .. string inner, ']'])
        {
            host = inner;
        }
        else if (host.Contains(':', StringComparison.Ordinal))
        {
            return false; // IPv6 without brackets: where the port begins is not clear
        }

        if (host.Length == 0 || host.AsSpan().ContainsAny(NotInHosts))
        {
            return false;
        }

        address = new TcpAddress(host, port);
        return true;
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
