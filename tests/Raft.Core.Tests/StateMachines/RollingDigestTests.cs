using System.Text;

namespace Raft.Tests.StateMachines;

public class RollingDigestTests
{
    /// <summary>Snapshots contain digests, so these values must never change.</summary>
    [Fact]
    public void Digests_AreTheSameInEveryVersion()
    {
        RollingDigest appended = default;
        appended.Append("hello"u8);
        appended.Append("world");
        appended.Append(-1);
        RollingDigest added = default;
        added.Add("key", "value");
        added.Add("key"u8, "value"u8);

        Assert.Equal("e570656059477591", appended.ToString());
        Assert.Equal("7c62840c5424e9ff", added.ToString());
    }

    [Fact]
    public void Append_InAnotherOrder_GivesAnotherDigest()
    {
        RollingDigest left = default;
        left.Append("a"u8);
        left.Append("b"u8);
        RollingDigest right = default;
        right.Append("b"u8);
        right.Append("a"u8);

        Assert.NotEqual(left, right);
    }

    [Fact]
    public void Add_InAnotherOrder_GivesTheSameDigest()
    {
        RollingDigest left = default;
        left.Add("a", "1");
        left.Add("b", "2");
        RollingDigest right = default;
        right.Add("b", "2");
        right.Add("a", "1");

        Assert.Equal(left, right);
    }

    [Fact]
    public void Remove_WhatWasAdded_RestoresTheDigest()
    {
        RollingDigest digest = default;
        digest.Add("a", "1");
        RollingDigest before = digest;

        digest.Add("b", "2");
        Assert.NotEqual(before, digest);
        digest.Remove("b", "2");

        Assert.Equal(before, digest);
    }

    [Fact]
    public void Constructor_WithAValue_ContinuesTheDigest()
    {
        RollingDigest digest = default;
        digest.Append("a"u8);
        RollingDigest continued = new(digest.Value);

        digest.Append("b"u8);
        continued.Append("b"u8);

        Assert.Equal(digest, continued);
    }

    /// <summary>Keys and values must not run into each other, and neither must padding and zeros.</summary>
    [Fact]
    public void SimilarContents_GiveDifferentDigests()
    {
        HashSet<ulong> digests = [];
        int count = 0;
        foreach (string key in (string[])["", "a", "b", "ab", "abcdefgh", "abcdefghijklmnop", "abcdefghijklmnopq"])
        {
            foreach (string value in (string[])["", "a", "b", "ba", "abcdefgh", "\0", "\0\0", "abcdefghijklmnop\0"])
            {
                RollingDigest text = default;
                text.Add(key, value);
                digests.Add(text.Value);
                RollingDigest bytes = default;
                bytes.Append(Encoding.UTF8.GetBytes(key));
                bytes.Append(Encoding.UTF8.GetBytes(value));
                digests.Add(bytes.Value);
                count += 2;
            }
        }

        Assert.Equal(count, digests.Count);
    }

    /// <summary>Each bit of the content changes about half of the digest.</summary>
    [Fact]
    public void OneBit_ChangesHalfOfTheDigest()
    {
        byte[] content = [.. Enumerable.Range(0, 40).Select(static i => (byte)(i * 7))];
        RollingDigest before = default;
        before.Append(content);
        long changed = 0;
        for (int bit = 0; bit < content.Length * 8; bit++)
        {
            content[bit / 8] ^= (byte)(1 << (bit % 8));
            RollingDigest after = default;
            after.Append(content);
            content[bit / 8] ^= (byte)(1 << (bit % 8));
            int bits = System.Numerics.BitOperations.PopCount(before.Value ^ after.Value);
            Assert.InRange(bits, 10, 54);
            changed += bits;
        }

        Assert.InRange(changed / (content.Length * 8.0), 30, 34);
    }

    [Fact]
    public void Calls_AllocateNothing()
    {
        RollingDigest digest = default;
        byte[] bytes = new byte[100];
        digest.Append(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 1_000; i++)
        {
            digest.Append(bytes);
            digest.Append("text");
            digest.Append(i);
            digest.Add("key", "value");
            digest.Remove("key", "value");
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
