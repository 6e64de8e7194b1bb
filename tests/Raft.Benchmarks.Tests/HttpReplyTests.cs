using System.Text;
using Raft.Benchmarks.Server;

namespace Raft.Benchmarks.Tests;

public sealed class HttpReplyTests
{
    private const string Plain = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer: Kestrel\r\n\r\nhello";
    private const string Chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";

    [Theory]
    [InlineData(Plain, 200, 5)]
    [InlineData(Chunks, 200, 15)]
    [InlineData("HTTP/1.1 307 Temporary Redirect\r\nContent-Length: 0\r\n\r\n", 307, 0)]
    public void Read_CompleteReply_HasItsStatusAndLength(string text, int status, int body) =>
        Assert.Equal(new HttpReply(status, body), Read(text));

    [Theory]
    [InlineData(Plain)]
    [InlineData(Chunks)]
    public void Read_AnyShorterPart_IsNotComplete(string text) =>
        Assert.All(Enumerable.Range(0, text.Length), length => Assert.Null(Read(text[..length])));

    [Theory]
    [InlineData("200\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    public void Read_SomethingElse_IsRefused(string text) => Assert.Throws<InvalidDataException>(() => Read(text));

    private static HttpReply? Read(string text) => HttpReply.Read(Encoding.ASCII.GetBytes(text));
}
