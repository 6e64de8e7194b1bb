using System.Runtime.ExceptionServices;

namespace Raft.Transport.Tcp.Fuzz;

/// <summary>Watches which exceptions the thread throws, caught or not.</summary>
internal sealed class ThrownExceptions : IDisposable
{
    [ThreadStatic]
    private static ThrownExceptions? _current;

    private static readonly bool IsWatching = Watch();

    private Exception? _unexpected;

    public ThrownExceptions() => _current = IsWatching ? this : null;

    /// <exception cref="FuzzException">One of them does not only end a connection.</exception>
    public void Require()
    {
        if (_unexpected is { } exception)
        {
            throw new FuzzException($"an unexpected exception was thrown: {exception}");
        }
    }

    public void Dispose() => _current = null;

    private static bool Watch()
    {
        AppDomain.CurrentDomain.FirstChanceException += OnThrown;
        return true;
    }

    private static void OnThrown(object? sender, FirstChanceExceptionEventArgs thrown)
    {
        bool isExpected = thrown.Exception is FrameException or PeerException or MessageFormatException or IOException or FuzzException;
        if (!isExpected && _current is { } current)
        {
            current._unexpected ??= thrown.Exception;
        }
    }
}
