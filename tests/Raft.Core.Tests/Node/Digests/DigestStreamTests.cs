namespace Raft.Tests.Node.Digests;

public class DigestStreamTests
{
    [Fact]
    public void Digest_DoesNotDependOnHowTheBytesAreDivided()
    {
        byte[] content = [.. Enumerable.Range(0, 10_000).Select(static i => (byte)(i * 31))];
        HashSet<ulong> digests = [];
        foreach (int size in (int[])[1, 7, 4_095, 4_096, 4_097, 10_000])
        {
            using DigestStream stream = new();
            for (int i = 0; i < content.Length; i += size)
            {
                stream.Write(content.AsSpan(i, Math.Min(size, content.Length - i)));
            }

            digests.Add(stream.Digest);
        }

        Assert.Single(digests);
    }

    [Fact]
    public void Digest_OfOneByteMore_IsAnother()
    {
        using DigestStream stream = new();
        stream.Write(new byte[4_096]);
        ulong before = stream.Digest;

        stream.Write(new byte[1]);

        Assert.NotEqual(before, stream.Digest);
    }
}
