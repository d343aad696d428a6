using System.Globalization;

namespace UltraAI.Gateway.Compare.Targets;

/// <summary>The configurations of nginx and HAProxy: as fast as their documentation says how to, with one field swapped.</summary>
internal static class ProxyConfiguration
{
    private const int OtherKeys = 10_000;

    /// <param name="folder">For what nginx writes.</param>
    /// <param name="port">Where it listens.</param>
    /// <param name="upstream">The upstream's port.</param>
    /// <param name="isGuard">Whether it checks keys out of 10,000, limits each one's rate, and writes an access log.</param>
    public static string Nginx(string folder, int port, int upstream, bool isGuard)
    {
        var guardOfServer = isGuard
            ? $$"""
                map_hash_bucket_size 256; map_hash_max_size 65536;
                map $http_authorization $vkey { default ""; include {{folder}}/keys.map; }
                limit_req_zone $vkey zone=perkey:16m rate=900000r/s; limit_req_status 429;
                log_format usage escape=json '{"t":"$time_iso8601","key":"$vkey","m":"$request_method","p":"$uri","s":$status,"out":$bytes_sent,"in":$request_length,"d":$request_time,"id":"$request_id"}';
                access_log {{folder}}/access.log usage buffer=64k flush=1s;
                """
            : "access_log off;";
        var guardOfLocation = isGuard ? "if ($vkey = \"\") { return 401; } limit_req zone=perkey burst=100000 nodelay; add_header X-Request-Id $request_id always;" : "";
        return $$"""
            daemon off; master_process on; worker_processes {{Environment.ProcessorCount}};
            pid {{folder}}/nginx.pid; error_log {{folder}}/error.log crit;
            events { worker_connections 16000; }
            http {
              server_tokens off; tcp_nodelay on; keepalive_requests 100000000; keepalive_timeout 300s;
              client_max_body_size 0; client_body_buffer_size 256k;
              client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/fastcgi; uwsgi_temp_path {{folder}}/uwsgi; scgi_temp_path {{folder}}/scgi;
              {{guardOfServer}}
              upstream up { server 127.0.0.1:{{upstream}}; keepalive 1024; keepalive_requests 100000000; keepalive_timeout 300s; }
              map $http_upgrade $connection_of { default upgrade; '' ''; }
              server {
                listen 127.0.0.1:{{port}} backlog=16384;
                location /openai/ {
                  {{guardOfLocation}}
                  proxy_pass http://up/; proxy_http_version 1.1; proxy_set_header Host 127.0.0.1; proxy_set_header Connection $connection_of; proxy_set_header Upgrade $http_upgrade;
                  proxy_set_header Authorization "Bearer {{Rig.Credential}}"; proxy_buffering off; proxy_request_buffering off; proxy_read_timeout 600s;
                }
              }
            }
            """;
    }

    /// <summary>The keys that the guarding nginx knows.</summary>
    public static string NginxKeys() => $"\"Bearer {Rig.VirtualKey}\" \"key-1\";\n" + string.Concat(
        Enumerable.Range(0, OtherKeys).Select(number => string.Create(CultureInfo.InvariantCulture, $"\"Bearer vk-other-{number}\" \"key-o{number}\";\n")));

    public static string Haproxy(int port, int upstream) => string.Create(CultureInfo.InvariantCulture, $"""
        global
          maxconn 9900
          nbthread {Environment.ProcessorCount}
          tune.bufsize 16384
        defaults
          mode http
          timeout client 600s
          timeout server 600s
          timeout connect 5s
          timeout http-request 30s
          timeout tunnel 600s
          option http-keep-alive
          option http-no-delay
          http-reuse always
        frontend f
          bind 127.0.0.1:{port} backlog 16384
          http-request set-header Authorization "Bearer {Rig.Credential}"
          http-request set-path %[path,regsub(^/openai,)]
          default_backend up
        backend up
          server s 127.0.0.1:{upstream} pool-max-conn -1 maxconn 9900

        """);
}
