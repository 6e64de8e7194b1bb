using System.Globalization;
using System.Text;

namespace Raft.Benchmarks.Server;

/// <summary>The keys and values, which are the same for all servers.</summary>
internal static class Content
{
    public const int Keys = 1_000;
    public const int ValueBytes = 128;

    public static string Value { get; } = string.Concat(Enumerable.Range(0, ValueBytes).Select(static i => (char)('a' + (i % 26))));

    /// <summary>Creates a request for each key.</summary>
    public static IReadOnlyList<byte[]> Requests(Func<string, string> create) =>
    [
        .. Enumerable.Range(0, Keys).Select(number =>
            Encoding.ASCII.GetBytes(create(string.Create(CultureInfo.InvariantCulture, $"key-{number:0000}")))),
    ];

    /// <summary>The text of a request.</summary>
    public static string Request(string method, string path, string body = "")
    {
        string length = method == "GET" ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
        return $"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{length}\r\n{body}";
    }
}
