namespace KeyValueService.Server;

/// <summary>Where a node listens for HTTP.</summary>
/// <param name="Url">In the form that the web server takes.</param>
/// <param name="Scheme">http or https.</param>
/// <param name="Port">The port, from 1.</param>
internal sealed record HttpAddress(string Url, string Scheme, int Port)
{
    /// <summary>Reads <c>HOST:PORT</c> or a URL without a path.</summary>
    /// <returns>Null if it is neither.</returns>
    public static HttpAddress? Parse(string text)
    {
        string[] parts = text.TrimEnd('/').Split("://");
        string scheme = parts.Length == 2 ? parts[0] : "http";
        return parts.Length <= 2 && scheme is "http" or "https" && HostAndPort.Parse(parts[^1]) is { } address
            ? new HttpAddress($"{scheme}://{parts[^1]}", scheme, address.Port)
            : null;
    }
}
