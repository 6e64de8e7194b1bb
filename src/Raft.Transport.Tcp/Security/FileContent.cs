namespace Raft.Transport.Tcp;

/// <summary>
/// What a file contains, converted to a value, and read again when its bytes change. The bytes are compared, since the times of files do
/// not change where a link to them does, as in a mounted secret.
/// </summary>
/// <remarks>All members may be called on any thread.</remarks>
internal sealed class FileContent<T>
    where T : class
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly string[] _paths;
    private readonly Func<string[], T> _convert;
    private readonly IClock _clock;
    private readonly Action<T> _onChanged;
    private readonly Action<string, Exception> _onFailed;
    private byte[][] _bytes;
    private T _value;
    private TimeSpan _checkAt;

    /// <exception cref="TcpTransportException">A file cannot be read.</exception>
    public FileContent(string[] paths, Func<string[], T> convert, IClock clock, Action<T> onChanged, Action<string, Exception> onFailed)
    {
        _paths = [.. paths.Select(Path.GetFullPath)];
        _convert = convert;
        _clock = clock;
        _onChanged = onChanged;
        _onFailed = onFailed;
        try
        {
            _bytes = Read();
            _value = Convert(_bytes);
        }
        catch (Exception exception)
        {
            throw new TcpTransportException(
                $"{string.Join(" and ", _paths)} cannot be used: {exception.Message.TrimEnd('.')}. Correct the path, the permissions or "
                + "the content: PEM, with a private key that is not encrypted.",
                exception);
        }

        _checkAt = clock.Now + CheckInterval;
    }

    /// <summary>Returns the value. If the files have changed to something that cannot be used, the value is the one before.</summary>
    public T Get()
    {
        lock (_lock)
        {
            if (_clock.Now < _checkAt)
            {
                return _value;
            }

            _checkAt = _clock.Now + CheckInterval;
            try
            {
                byte[][] bytes = Read();
                if (!bytes.Zip(_bytes).All(static pair => pair.First.AsSpan().SequenceEqual(pair.Second)))
                {
                    _value = Convert(bytes);
                    _bytes = bytes;
                    _onChanged(_value);
                }
            }
            // It may be half written; it is tried again.
            catch (Exception exception)
            {
                _onFailed(_paths[0], exception);
            }

            return _value;
        }
    }

    private byte[][] Read() => [.. _paths.Select(File.ReadAllBytes)];

    private T Convert(byte[][] bytes) => _convert([.. bytes.Select(System.Text.Encoding.UTF8.GetString)]);
}
