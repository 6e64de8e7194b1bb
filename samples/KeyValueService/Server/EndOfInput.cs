namespace KeyValueService.Server;

/// <summary>The input of a process ends when the process that started it does, in whatever way.</summary>
internal static class EndOfInput
{
    /// <summary>Calls back when the input has ended.</summary>
    public static async Task CallAsync(Action ended)
    {
        await using Stream input = Console.OpenStandardInput();
        await input.CopyToAsync(Stream.Null, CancellationToken.None);
        ended();
    }
}
