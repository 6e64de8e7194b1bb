using Xunit.Abstractions;

namespace Raft.Testing.Frameworks;

/// <summary>Counts how the tests end.</summary>
internal sealed class Outcomes : Xunit.LongLivedMarshalByRefObject, IMessageSink
{
    private readonly TaskCompletionSource _finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _passed;
    private int _failed;

    public bool OnMessage(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestPassed:
                Interlocked.Increment(ref _passed);
                break;
            case ITestFailed failed:
                Interlocked.Increment(ref _failed);
                Console.Error.WriteLine($"failed {failed.Test.DisplayName}");
                Console.Error.WriteLine(string.Join(Environment.NewLine, failed.Messages.Concat(failed.StackTraces)));
                break;
            case ITestAssemblyFinished:
                _finished.SetResult();
                break;
        }

        return true;
    }

    /// <summary>Waits for the end, and prints the summary.</summary>
    /// <returns>The exit code.</returns>
    public int Wait()
    {
        _finished.Task.GetAwaiter().GetResult();
        Console.WriteLine($"xunit 2: {_passed} passed, {_failed} failed");
        return _failed == 0 && _passed > 0 ? 0 : 1;
    }
}
