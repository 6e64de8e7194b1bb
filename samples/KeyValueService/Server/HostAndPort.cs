using System.Globalization;

namespace KeyValueService.Server;

/// <summary>An address such as <c>10.0.0.1:7001</c>, <c>[::1]:7001</c> or <c>n1.example.org:7001</c>.</summary>
internal readonly record struct HostAndPort(string Host, int Port)
{
    /// <returns>Null if the text is something else, or the port is 0.</returns>
    public static HostAndPort? Parse(string? text) =>
        text?.LastIndexOf(':') is { } colon and > 0
        && text.IndexOf('/', StringComparison.Ordinal) < 0
        && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
        && port > 0
            ? new HostAndPort(text[..colon], port)
            : null;
}
