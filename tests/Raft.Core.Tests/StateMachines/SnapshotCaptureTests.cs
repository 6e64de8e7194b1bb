using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Serialization;

namespace Raft.Core.Tests.StateMachines;

public sealed partial class SnapshotCaptureTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task<T> RoundTripAsync<T>(T state, ICodec<T> codec)
    {
        using ISnapshotCapture capture = SnapshotCapture.Of(state, codec);
        using MemoryStream stream = new();
        await capture.WriteToAsync(stream, Token);
        stream.Position = 0;
        return await SnapshotCapture.ReadAsync(stream, codec, Token);
    }

    [Fact]
    public async Task Read_WhatWasCaptured_GivesTheSame()
    {
        Assert.Equal(-42, await RoundTripAsync(-42L, Codec.Int64));
        Assert.Equal("", await RoundTripAsync("", Codec.Utf8));
        string large = new('€', 1 << 20);
        Assert.Equal(large, await RoundTripAsync(large, Codec.Utf8));
        ImmutableSortedDictionary<string, int> map = ImmutableSortedDictionary<string, int>.Empty.Add("b", 2).Add("a", 1);
        Assert.Equal(map, await RoundTripAsync(map, Codec.Json(StateJson.Default.ImmutableSortedDictionaryStringInt32)));
    }

    [Fact]
    public async Task Read_FromTheMiddleOfAStream_ReadsWhatIsLeft()
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes("skipped, read")) { Position = 9 };
        Assert.Equal("read", await SnapshotCapture.ReadAsync(stream, Codec.Utf8, Token));
    }

    [Fact]
    public async Task Read_AnInvalidValue_SaysSo()
    {
        using MemoryStream stream = new(new byte[3]);
        await Assert.ThrowsAsync<FormatException>(async () => await SnapshotCapture.ReadAsync(stream, Codec.Int64, Token));
    }

    [Fact]
    public async Task OfAFunction_IsGivenStateStreamAndToken()
    {
        using CancellationTokenSource stopping = new();
        using MemoryStream destination = new();
        (string State, Stream Stream, CancellationToken Token)? seen = null;
        using ISnapshotCapture capture = SnapshotCapture.Of("state", (state, stream, cancellationToken) =>
        {
            seen = (state, stream, cancellationToken);
            return ValueTask.CompletedTask;
        });

        Assert.Null(seen); // only when it is written
        await capture.WriteToAsync(destination, stopping.Token);

        Assert.Equal(("state", destination, stopping.Token), seen);
    }

    [Fact]
    public async Task Write_WhenCancelled_Stops()
    {
        using MemoryStream stream = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await SnapshotCapture.Of(1L, Codec.Int64).WriteToAsync(stream, new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task StateMachineWithout_CapturesNothing_AndRefusesToBeRestored()
    {
        IStateMachine machine = new Stateless();
        Assert.Null(machine.Capture());
        using MemoryStream stream = new();
        NotSupportedException refused = await Assert.ThrowsAsync<NotSupportedException>(
            async () => await machine.RestoreAsync(stream, 1, Token));
        Assert.Contains("override both Capture and RestoreAsync, on all nodes", refused.Message, StringComparison.Ordinal);
    }

    private sealed class Stateless() : StateMachine<string, string>(Codec.Utf8, Codec.Utf8)
    {
        protected override string Apply(string command, in CommandContext context) => command;
    }

    [JsonSerializable(typeof(ImmutableSortedDictionary<string, int>))]
    private sealed partial class StateJson : JsonSerializerContext;
}
