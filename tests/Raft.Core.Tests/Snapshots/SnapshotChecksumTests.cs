using System.IO.Compression;
using System.Security.Cryptography;

namespace Raft.Core.Tests.Snapshots;

public sealed class SnapshotChecksumTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static UInt128 Of(long index, long term, byte[] header, params byte[][] parts)
    {
        using SnapshotChecksum checksum = new(index, term, header);
        foreach (byte[] part in parts)
        {
            checksum.Append(part);
        }

        return checksum.Finish();
    }

    private static Task VerifyAsync(byte[] content, SnapshotInfo info) =>
        SnapshotVerification.VerifyAsync(new MemoryStream(content), info, static () => { }, Token).AsTask();

    private static Task<StorageCorruptedException> AssertDamagedAsync(byte[] content, SnapshotInfo info) =>
        Assert.ThrowsAsync<StorageCorruptedException>(() => VerifyAsync(content, info));

    [Fact]
    public void Checksum_IsTheFirstHalfOfASha256_AsDocumented()
    {
        byte[] all = Convert.FromHexString("0500000000000000" + "0200000000000000" + "03000000" + "0a0b0c" + "0102030405");
        byte[] written = new byte[SnapshotChecksum.Size];
        SnapshotChecksum.Write(Of(5, 2, [10, 11, 12], [1, 2], [], [3, 4, 5]), written);

        Assert.Equal(SHA256.HashData(all)[..16], written);
        Assert.Equal(Of(5, 2, [10, 11, 12], [1, 2, 3, 4, 5]), SnapshotChecksum.Read(written));
    }

    [Fact]
    public void Checksum_OfAnythingElse_IsAnother()
    {
        UInt128[] checksums =
        [
            Of(5, 2, [1], [2]),
            Of(6, 2, [1], [2]),
            Of(5, 3, [1], [2]),
            Of(2, 5, [1], [2]),
            Of(5, 2, [1, 2], []), // the same bytes, with another border between them
            Of(5, 2, [], [1, 2]),
            Of(5, 2, [], []),
        ];
        Assert.Equal(checksums.Length, checksums.Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200_000)] // more than one buffer
    public async Task ChecksummedStream_WritesWhatIsVerified(int stateLength)
    {
        TestSnapshot expected = new(5, stateLength);
        using MemoryStream destination = new();
        using SnapshotChecksum checksum = new(expected.Index, expected.Term, expected.Header);
        ChecksummedStream stream = new(destination, checksum);
        int third = stateLength / 3;
        stream.Write(expected.State, 0, third);
        await stream.WriteAsync(expected.State.AsMemory(third, third), Token);
        foreach (byte value in expected.State.AsSpan(2 * third, Math.Min(10, stateLength - (2 * third))))
        {
            stream.WriteByte(value);
        }

        stream.Write(expected.State.AsSpan((int)stream.Length));
        await stream.FlushAsync(Token);
        await stream.DisposeAsync(); // a writer that a state machine puts around it does that; what is below stays open
        await stream.FinishAsync(Token);

        Assert.Equal(stateLength, stream.Length);
        Assert.Equal(expected.Content, destination.ToArray());
        await VerifyAsync(destination.ToArray(), expected.Info);
    }

    [Fact]
    public async Task ChecksummedStream_WrittenToAfterItsEnd_Refuses()
    {
        using MemoryStream store = new();
        using SnapshotChecksum checksum = new(7, 3, default);
        await using ChecksummedStream stream = new(store, checksum);
        await stream.FinishAsync(Token);

        Assert.False(stream.CanWrite);
        Assert.Throws<InvalidOperationException>(() => stream.Write([1]));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await stream.WriteAsync(new byte[] { 1 }, Token));
        Assert.Equal(SnapshotChecksum.Size, store.Length);
    }

    [Fact]
    public async Task ChecksummedStream_DisposedByItsWrapper_IsStillFinished()
    {
        using MemoryStream store = new();
        using SnapshotChecksum checksum = new(7, 3, default);
        await using ChecksummedStream stream = new(store, checksum);
        await using (GZipStream zipped = new(stream, CompressionLevel.Fastest))
        {
            await zipped.WriteAsync("state"u8.ToArray(), Token);
        }

        await stream.FinishAsync(Token);

        await SnapshotVerification.VerifyAsync(store, new SnapshotInfo(7, 3, default, store.Length), static () => { }, Token);
        using StreamReader reader = new(new GZipStream(new SnapshotContentStream(store, store.Length), CompressionMode.Decompress));
        Assert.Equal("state", await reader.ReadToEndAsync(Token));
    }

    [Fact]
    public async Task VerifyAsync_AFlippedBitAnywhere_IsFound()
    {
        TestSnapshot snapshot = new(5, stateLength: 50);
        await VerifyAsync(snapshot.Content, snapshot.Info);
        for (int bit = 0; bit < 8 * snapshot.Content.Length; bit++)
        {
            byte[] content = [.. snapshot.Content];
            content[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Contains("its checksum is wrong", (await AssertDamagedAsync(content, snapshot.Info)).Message, StringComparison.Ordinal);
        }

        for (int bit = 0; bit < 8 * snapshot.Header.Length; bit++)
        {
            byte[] header = [.. snapshot.Header];
            header[bit / 8] ^= (byte)(1 << (bit % 8));
            await AssertDamagedAsync(snapshot.Content, snapshot.Info with { Header = header });
        }

        await AssertDamagedAsync(snapshot.Content, snapshot.Info with { LastIncludedIndex = 6 });
        await AssertDamagedAsync(snapshot.Content, snapshot.Info with { LastIncludedTerm = 3 });
    }

    [Fact]
    public async Task VerifyAsync_TruncatedOrLonger_IsFound()
    {
        TestSnapshot snapshot = new(5, stateLength: 50);
        for (int length = 0; length < snapshot.Content.Length; length++)
        {
            byte[] content = snapshot.Content[..length];
            Assert.Contains("where 66 were written", (await AssertDamagedAsync(content, snapshot.Info)).Message, StringComparison.Ordinal);
            await AssertDamagedAsync(content, snapshot.Info with { Length = length }); // a store that has forgotten how long it was
        }

        byte[] longer = [.. snapshot.Content, 0];
        await AssertDamagedAsync(longer, snapshot.Info);
        await AssertDamagedAsync(longer, snapshot.Info with { Length = longer.Length });
    }

    [Fact]
    public async Task VerifyAsync_Sound_GoesBackToTheStart()
    {
        TestSnapshot snapshot = new(5, stateLength: 200_000);
        using MemoryStream content = new(snapshot.Content) { Position = 17 };

        await SnapshotVerification.VerifyAsync(content, snapshot.Info, static () => { }, Token);

        Assert.Equal(0, content.Position);
    }
}
