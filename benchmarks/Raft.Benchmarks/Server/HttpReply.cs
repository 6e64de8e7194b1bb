using System.Buffers.Text;

namespace Raft.Benchmarks.Server;

/// <summary>
/// Reads a reply of HTTP/1.1, and no more of it than the benchmark needs: a client that costs little leaves the processor to the servers.
/// </summary>
/// <param name="Status">The status code.</param>
/// <param name="BodyBytes">The length of the body, with the sizes of its chunks if it has chunks.</param>
internal readonly record struct HttpReply(int Status, int BodyBytes)
{
    private const int StatusStart = 9; // after "HTTP/1.1 "
    private const int StatusDigits = 3;

    private static ReadOnlySpan<byte> EndOfHeaders => "\r\n\r\n"u8;

    private static ReadOnlySpan<byte> ContentLength => "\r\nContent-Length: "u8;

    private static ReadOnlySpan<byte> Chunked => "\r\nTransfer-Encoding: chunked"u8;

    private static ReadOnlySpan<byte> LastChunk => "0\r\n\r\n"u8;

    /// <summary>Reads a reply.</summary>
    /// <param name="bytes">What has arrived since the request, which was the only one under way.</param>
    /// <returns>Null if it is not complete.</returns>
    /// <exception cref="InvalidDataException">It is not a reply that this class understands.</exception>
    public static HttpReply? Read(ReadOnlySpan<byte> bytes)
    {
        int headers = bytes.IndexOf(EndOfHeaders);
        if (headers < 0)
        {
            return null;
        }

        ReadOnlySpan<byte> head = bytes[..headers];
        int body = bytes.Length - headers - EndOfHeaders.Length;
        if (head.Length < StatusStart + StatusDigits || !Utf8Parser.TryParse(head.Slice(StatusStart, StatusDigits), out int status, out _))
        {
            throw new InvalidDataException("A server sent something that is not a reply of HTTP/1.1.");
        }

        if (head.IndexOf(Chunked) >= 0)
        {
            return bytes.EndsWith(LastChunk) ? new HttpReply(status, body) : null;
        }

        int field = head.IndexOf(ContentLength);
        if (field < 0 || !Utf8Parser.TryParse(head[(field + ContentLength.Length)..], out int length, out _))
        {
            throw new InvalidDataException("A server sent a reply without a length.");
        }

        return body == length ? new HttpReply(status, body) : null;
    }
}
